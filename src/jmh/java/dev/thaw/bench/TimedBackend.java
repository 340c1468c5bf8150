package dev.thaw.bench;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Another backend with a clock around each launch. For a backend that runs what it launches. */
final class TimedBackend implements Backend {
    private static final int KEPT = 1 << 14;

    /** An op and how long its last launches took. */
    static final class Clock {
        private final Op op;
        private final long[] nanos = new long[KEPT];
        private int count;
        private long total;

        private Clock(Op op) {
            this.op = op;
        }

        Op op() {
            return op;
        }

        private void add(long duration) {
            nanos[count++ % KEPT] = duration;
            total += duration;
        }

        /** Since the last reset. */
        int launches() {
            return count;
        }

        /** Of all launches since the last reset. */
        double totalMicros() {
            return total / 1e3;
        }

        void reset() {
            count = 0;
            total = 0;
        }

        /** The duration that this share of the launches stayed below. */
        double micros(double share) {
            long[] sorted = Arrays.copyOf(nanos, Math.min(count, KEPT));
            Arrays.sort(sorted);
            return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * share)] / 1e3;
        }
    }

    private final Backend inner;
    private final List<Clock> clocks = new ArrayList<>();

    TimedBackend(Backend inner) {
        this.inner = inner;
    }

    /** One clock for each kernel, in the order in which they were bound, which is that of a run. */
    List<Clock> clocks() {
        return clocks;
    }

    @Override
    public Prepared prepare(Op op, Predicate<Value> steady) {
        Prepared prepared = inner.prepare(op, steady);
        return new Prepared() {
            @Override
            public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
                Clock clock = new Clock(op);
                clocks.add(clock);
                return timed(prepared.bind(buffers, workspace), clock);
            }

            @Override
            public long workspaceBytes() {
                return prepared.workspaceBytes();
            }

            @Override
            public void close() {
                prepared.close();
            }
        };
    }

    private static Kernel timed(Kernel kernel, Clock clock) {
        return new Kernel() {
            @Override
            public void launch() {
                long begin = System.nanoTime();
                kernel.launch();
                clock.add(System.nanoTime() - begin);
            }

            @Override
            public void refresh() {
                kernel.refresh();
            }

            @Override
            public void close() {
                kernel.close();
            }
        };
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public String description() {
        return inner.description();
    }

    @Override
    public Set<Class<? extends Op>> ops() {
        return inner.ops();
    }

    @Override
    public int bytesOf(DType dtype) {
        return inner.bytesOf(dtype);
    }

    @Override
    public int alignment() {
        return inner.alignment();
    }

    @Override
    public long maxValueBytes() {
        return inner.maxValueBytes();
    }

    @Override
    public boolean padsUnevenly(Op op) {
        return inner.padsUnevenly(op);
    }

    @Override
    public void requireRoom(long bytes, String label) {
        inner.requireRoom(bytes, label);
    }

    @Override
    public Buffer allocate(long bytes, String label) {
        return inner.allocate(bytes, label);
    }

    @Override
    public void upload(Tensor source, Buffer target) {
        inner.upload(source, target);
    }

    @Override
    public void download(Buffer source, Tensor target) {
        inner.download(source, target);
    }

    @Override
    public void synchronize() {
        inner.synchronize();
    }

    @Override
    public void close() {
        inner.close();
    }
}
