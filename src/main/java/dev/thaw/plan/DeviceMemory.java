package dev.thaw.plan;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The variables that live on one backend. A variable moves there when the first plan wants it and
 * comes home when the last one lets go, so that closing never loses a value.
 */
public final class DeviceMemory implements Variable.Home {
    private static final Map<Backend, WeakReference<DeviceMemory>> ALL = new WeakHashMap<>();

    /** A variable that lives here, and how often its value has been replaced. */
    static final class Resident {
        private final Buffer buffer;
        private final AtomicLong changes = new AtomicLong();
        private int users;

        private Resident(Buffer buffer) {
            this.buffer = buffer;
        }

        Buffer buffer() {
            return buffer;
        }

        /** Grows with every change. */
        long changes() {
            return changes.get();
        }

        /** Tells that the value is another one now. */
        void changed() {
            changes.incrementAndGet();
        }
    }

    private final Backend backend;
    private final Map<Variable, Resident> residents = new HashMap<>();

    private DeviceMemory(Backend backend) {
        this.backend = backend;
    }

    /** The memory of this backend, the same for all who ask while anybody uses it. */
    public static DeviceMemory of(Backend backend) {
        synchronized (ALL) {
            WeakReference<DeviceMemory> known = ALL.get(backend);
            DeviceMemory memory = known == null ? null : known.get();
            if (memory == null) {
                memory = new DeviceMemory(backend);
                ALL.put(backend, new WeakReference<>(memory));
            }
            return memory;
        }
    }

    /** Brings a variable here, or counts one more user of it. */
    public Buffer acquire(Variable v) {
        return resident(v).buffer;
    }

    /** Brings a variable here, or counts one more user of it. */
    Resident resident(Variable v) {
        Resident known = use(v);
        if (known != null) {
            return known;
        }
        v.value(); // made here, as an initializer may be a user's code
        // outside the monitor: to make room, models that nobody closed release what they hold
        Buffer fresh = backend.allocate(v.shape().size() * backend.bytesOf(v.dtype()), v.name());
        try {
            Resident settled = settle(v, fresh);
            if (settled.buffer != fresh) {
                fresh.close();
            }
            return settled;
        } catch (RuntimeException | Error e) {
            fresh.close();
            throw e;
        }
    }

    private synchronized Resident use(Variable v) {
        Resident r = residents.get(v);
        if (r != null) {
            r.users++;
        }
        return r;
    }

    private synchronized Resident settle(Variable v, Buffer fresh) {
        Resident known = use(v);
        if (known != null) {
            return known;
        }
        Tensor taken;
        do { // again where another thread assigned a value meanwhile
            if (v.home() != null) {
                throw new IllegalStateException(
                        "%s: this weight is in use on another device; close the model there before using it on %s"
                                .formatted(v.name(), backend.name()));
            }
            taken = v.value();
            backend.upload(taken, fresh);
        } while (!v.settle(this, taken));
        residents.put(v, new Resident(fresh));
        return use(v);
    }

    /** Ends one use; the last one sends the variable home. */
    public synchronized void release(Variable v) {
        Resident r = residents.get(v);
        if (r != null && --r.users == 0) {
            v.comeBack(read(v));
            residents.remove(v);
            r.buffer.close();
        }
    }

    /** Whether a variable lives here now. */
    synchronized boolean holds(Variable v) {
        return residents.containsKey(v);
    }

    /** How many variables live here now. */
    public synchronized int count() {
        return residents.size();
    }

    @Override
    public synchronized Tensor read(Variable v) {
        Resident r = residents.get(v);
        if (r == null) {
            return null;
        }
        Tensor value = Tensor.zeros(v.shape(), v.dtype());
        backend.download(r.buffer, value);
        return value;
    }

    @Override
    public synchronized boolean write(Variable v, Tensor value) {
        Resident r = residents.get(v);
        if (r != null) {
            backend.upload(value, r.buffer);
            r.changed();
        }
        return r != null;
    }
}
