package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.tensor.Tensor;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Copies tensors by way of two page-locked buffers in turn: while one is on its way, the other one
 * is filled or emptied. An upload returns when the host's array may change again; the copy itself
 * takes its place in the stream.
 */
final class Staging implements AutoCloseable {
    private static final int CHUNK = 4 << 20;

    private final Gpu gpu;
    private final DeviceAddress.Host[] memory = new DeviceAddress.Host[2];
    private final ByteBuffer[] views = new ByteBuffer[2];
    private final CUevent[] done = new CUevent[2];
    private int turn;

    Staging(Gpu gpu) {
        this.gpu = gpu;
        for (int i = 0; i < 2; i++) {
            memory[i] = HostMemory.allocate(CHUNK);
            views[i] = memory[i].getByteBuffer(0, CHUNK).order(ByteOrder.nativeOrder());
            done[i] = new CUevent();
            Status.driver(
                    cuEventCreate(done[i], CUevent_flags.CU_EVENT_DISABLE_TIMING),
                    "cuEventCreate",
                    "staging");
        }
    }

    void upload(Tensor source, CudaBuffer target) {
        int size = source.dtype().bytes();
        requireRoom(source, target);
        int step = CHUNK / size;
        for (int at = 0; at < source.size(); at += step) {
            int n = Math.min(step, source.size() - at);
            int slot = turn ^= 1;
            waitFor(slot);
            fill(views[slot], source, at, n);
            Status.driver(
                    cuMemcpyHtoDAsync(
                            target.address().plus((long) at * size),
                            memory[slot],
                            (long) n * size,
                            gpu.stream()),
                    "cuMemcpyHtoDAsync",
                    "upload " + source.shape());
            Status.driver(cuEventRecord(done[slot], gpu.stream()), "cuEventRecord", "upload");
        }
    }

    void download(CudaBuffer source, Tensor target) {
        int size = target.dtype().bytes();
        requireRoom(target, source);
        int step = CHUNK / size;
        int before = -1;
        for (int at = 0; at < target.size(); at += step) {
            int n = Math.min(step, target.size() - at);
            int slot = turn ^= 1;
            waitFor(slot);
            Status.driver(
                    cuMemcpyDtoHAsync(
                            memory[slot],
                            source.address().plus((long) at * size),
                            (long) n * size,
                            gpu.stream()),
                    "cuMemcpyDtoHAsync",
                    "download " + target.shape());
            Status.driver(cuEventRecord(done[slot], gpu.stream()), "cuEventRecord", "download");
            if (before >= 0) {
                empty(slot ^ 1, target, before, step);
            }
            before = at;
        }
        if (before >= 0) {
            empty(turn, target, before, target.size() - before);
        } else {
            gpu.synchronize();
        }
    }

    private static void requireRoom(Tensor tensor, CudaBuffer buffer) {
        long bytes = (long) tensor.size() * tensor.dtype().bytes();
        if (bytes > buffer.bytes()) {
            throw new IllegalArgumentException(
                    "cuda: a tensor "
                            + tensor.shape()
                            + " has "
                            + bytes
                            + " bytes, the buffer "
                            + buffer.bytes());
        }
    }

    private void waitFor(int slot) {
        Status.driver(
                cuEventSynchronize(done[slot]),
                "cuEventSynchronize",
                "a copy, or a kernel launched before it");
    }

    private static void fill(ByteBuffer view, Tensor source, int at, int n) {
        switch (source.dtype()) {
            case FLOAT32 -> view.asFloatBuffer().put(source.floats(), at, n);
            case INT32 -> view.asIntBuffer().put(source.ints(), at, n);
            case INT64 -> view.asLongBuffer().put(source.longs(), at, n);
        }
    }

    private void empty(int slot, Tensor target, int at, int n) {
        waitFor(slot);
        switch (target.dtype()) {
            case FLOAT32 -> views[slot].asFloatBuffer().get(target.floats(), at, n);
            case INT32 -> views[slot].asIntBuffer().get(target.ints(), at, n);
            case INT64 -> views[slot].asLongBuffer().get(target.longs(), at, n);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < 2; i++) {
            cuEventDestroy(done[i]);
            cuMemFreeHost(memory[i]);
        }
    }
}
