package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.tensor.Tensor;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Page-locked memory that one copy at a time goes through, and an event at that copy's end. */
final class PinnedBuffer implements AutoCloseable {
    private final DeviceAddress.Host memory;
    private final ByteBuffer view;
    private final CUevent done;

    PinnedBuffer(long bytes) {
        memory = new DeviceAddress.Host();
        Status.driver(
                cuMemHostAlloc(memory, bytes, 0), "cuMemHostAlloc", bytes + " bytes of the host");
        view = memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
        done = event();
    }

    static CUevent event() {
        CUevent event = new CUevent();
        Status.driver(
                cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING),
                "cuEventCreate",
                "staging");
        return event;
    }

    DeviceAddress.Host memory() {
        return memory;
    }

    /** To be called behind the copy. */
    void copying(CUstream stream) {
        Status.driver(cuEventRecord(done, stream), "cuEventRecord", "a copy");
    }

    /** Makes what comes next on this stream wait for the copy. */
    void before(CUstream stream) {
        Status.driver(cuStreamWaitEvent(stream, done, 0), "cuStreamWaitEvent", "a copy");
    }

    /** Waits for the copy. */
    void await() {
        Status.driver(
                cuEventSynchronize(done),
                "cuEventSynchronize",
                "a copy, or a kernel launched before it");
    }

    /** Elements [at, at + n) of the tensor to the start of the memory, after the copy before. */
    void fill(Tensor source, int at, int n) {
        await();
        switch (source.dtype()) {
            case FLOAT32 -> view.asFloatBuffer().put(source.floats(), at, n);
            case INT32 -> view.asIntBuffer().put(source.ints(), at, n);
            case INT64 -> view.asLongBuffer().put(source.longs(), at, n);
        }
    }

    /** Elements [at, at + n) of the tensor from the start of the memory, after the copy. */
    void empty(Tensor target, int at, int n) {
        await();
        switch (target.dtype()) {
            case FLOAT32 -> view.asFloatBuffer().get(target.floats(), at, n);
            case INT32 -> view.asIntBuffer().get(target.ints(), at, n);
            case INT64 -> view.asLongBuffer().get(target.longs(), at, n);
        }
    }

    @Override
    public void close() {
        cuEventDestroy(done);
        cuMemFreeHost(memory);
    }
}
