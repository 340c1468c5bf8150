package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;

import jcuda.driver.CUresult;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * Keeps freed device memory for the next who asks: asking the driver takes long and waits for the
 * GPU. All work is on one stream, so that memory may be used again while the kernels that read it
 * are still queued. Where the GPU is full, what is kept here goes back first, and then what can be
 * done without.
 */
final class DeviceMemoryPool implements AutoCloseable {
    private static final long SMALL = 512;
    private static final long LARGE = 2L << 20;

    private final Gpu gpu;
    private final boolean exact = Boolean.getBoolean(Backend.EXACT_PROPERTY);
    private final TreeMap<Long, Deque<DeviceAddress>> free = new TreeMap<>();
    private long used;
    private long kept;
    private boolean closed;
    private Runnable spare = () -> {};

    DeviceMemoryPool(Gpu gpu) {
        this.gpu = gpu;
    }

    /**
     * @param release gives back what others hold and can do without
     */
    void whenFull(Runnable release) {
        spare = release;
    }

    /** Memory filled with zeros, unless {@link Backend#EXACT_PROPERTY} is set. */
    synchronized CudaBuffer allocate(long bytes, String label) {
        if (bytes < 0 || bytes > Long.MAX_VALUE - LARGE) {
            throw new IllegalArgumentException(
                    "cuda: %s has an impossible size, %s bytes".formatted(label, bytes));
        }
        long size = exact ? Math.max(1, bytes) : rounded(bytes);
        DeviceAddress address = reuse(size);
        if (address == null) {
            address = ask(size);
        }
        if (address == null) {
            throw full(bytes, label);
        }
        used += size;
        DeviceAddress taken = address;
        try {
            if (!exact) {
                Status.driver(
                        cuMemsetD8Async(taken, (byte) 0, size, gpu.stream()),
                        "cuMemsetD8Async",
                        label);
            }
        } catch (RuntimeException e) {
            release(taken, size);
            throw e;
        }
        return new CudaBuffer(taken, bytes, () -> gpu.alone(() -> release(taken, size)));
    }

    /** Refuses what the whole GPU could not hold beside what is in use here. */
    synchronized void requireRoom(long bytes, String label) {
        if (bytes > gpu.memory()[1] - used) {
            throw full(bytes, label);
        }
    }

    private DeviceOutOfMemoryException full(long bytes, String label) {
        long[] memory = gpu.memory();
        String message =
                String.format(
                        Locale.ROOT,
                        "cuda: %s needs %,d bytes, and the GPU has %,d of %,d free (%,d are in use here); take a smaller batch, or close models that are not needed",
                        label,
                        bytes,
                        memory[0],
                        memory[1],
                        used);
        return new DeviceOutOfMemoryException(message, bytes);
    }

    /**
     * Memory with anything in it, for a moment: closed, it goes back to the driver. Null where the
     * GPU has no room.
     */
    synchronized CudaBuffer borrow(long bytes) {
        DeviceAddress taken = ask(bytes);
        return taken == null
                ? null
                : new CudaBuffer(
                        taken,
                        bytes,
                        () -> Status.driver(cuMemFree(taken), "cuMemFree", "borrowed memory"));
    }

    /** Multiples of 512 bytes, from 2 MiB on of 2 MiB. */
    private static long rounded(long bytes) {
        long unit = bytes < LARGE ? SMALL : LARGE;
        return Math.max(1, (bytes + unit - 1) / unit) * unit;
    }

    /** A kept block of exactly this size: plans ask for the same sizes again and again. */
    private DeviceAddress reuse(long size) {
        Deque<DeviceAddress> same = free.get(size);
        if (same == null || same.isEmpty()) {
            return null;
        }
        kept -= size;
        return same.pop();
    }

    /**
     * A call that takes memory of the GPU or page-locked memory: where there is none left, it is
     * made again without what is kept here, and then without what others can do without.
     *
     * @return its status
     */
    synchronized int insist(IntSupplier call) {
        int status = call.getAsInt();
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY && kept > 0) {
            giveBack();
            status = call.getAsInt();
        }
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            spare.run();
            status = call.getAsInt();
        }
        return status;
    }

    private DeviceAddress ask(long size) {
        DeviceAddress address = new DeviceAddress();
        int status = insist(() -> cuMemAlloc(address, size));
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return null;
        }
        Status.driver(status, "cuMemAlloc", size + " bytes");
        return address;
    }

    private synchronized void release(DeviceAddress address, long size) {
        used -= size;
        if (closed) {
            return; // the driver frees it with the context
        }
        kept += size;
        free.computeIfAbsent(size, s -> new ArrayDeque<>()).push(address);
        if (exact) {
            giveBack(); // so that a use after the end is one
        }
    }

    /** Returns everything kept to the driver, which waits for the work that is queued. */
    private void giveBack() {
        gpu.synchronize();
        for (Deque<DeviceAddress> blocks : free.values()) {
            for (DeviceAddress block : blocks) {
                Status.driver(cuMemFree(block), "cuMemFree", "memory that is not needed");
            }
        }
        free.clear();
        kept = 0;
    }

    @Override
    public synchronized void close() {
        giveBack();
        closed = true;
    }
}
