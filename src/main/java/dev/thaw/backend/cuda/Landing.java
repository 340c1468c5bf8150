package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import dev.thaw.tensor.Tensor;

import jcuda.driver.CUevent;
import jcuda.driver.CUstream;

/**
 * A way in for a batch: page-locked memory, and as much of the GPU's, where the copy lands while
 * the step before is still running on the other stream. From there it goes to its place within the
 * GPU, in the order of that stream.
 */
final class Landing implements AutoCloseable {
    private final PinnedBuffer pinned;
    private final CudaBuffer device;
    private final CUstream work;
    private final CUstream copies;
    private final CUevent taken;

    private Landing(CudaBuffer device, CUstream work, CUstream copies) {
        this.device = device;
        this.work = work;
        this.copies = copies;
        pinned = new PinnedBuffer(device.bytes());
        taken = PinnedBuffer.event();
    }

    /**
     * One of this size; null where the GPU or the host has no room.
     *
     * @param work where the kernels run
     * @param copies where the copies from the host run
     */
    static Landing make(DeviceMemoryPool pool, long bytes, CUstream work, CUstream copies) {
        CudaBuffer device = pool.borrow(bytes);
        if (device == null) {
            return null;
        }
        try {
            return new Landing(device, work, copies);
        } catch (CudaException e) {
            device.close();
            return null;
        }
    }

    long bytes() {
        return device.bytes();
    }

    /** Elements [at, at + n) of the tensor. */
    void upload(Tensor source, int at, int n, DeviceAddress target) {
        long bytes = (long) n * source.dtype().bytes();
        pinned.fill(source, at, n);
        Status.driver(cuStreamWaitEvent(copies, taken, 0), "cuStreamWaitEvent", "the batch before");
        Status.driver(
                cuMemcpyHtoDAsync(device.address(), pinned.memory(), bytes, copies),
                "cuMemcpyHtoDAsync",
                "upload " + source.shape());
        pinned.copying(copies);
        pinned.before(work);
        Status.driver(
                cuMemcpyDtoDAsync(target, device.address(), bytes, work),
                "cuMemcpyDtoDAsync",
                "upload " + source.shape());
        Status.driver(cuEventRecord(taken, work), "cuEventRecord", "a batch");
    }

    /** Waits for what is on its way through here. */
    @Override
    public void close() {
        Status.driver(cuEventSynchronize(taken), "cuEventSynchronize", "a batch, or a step before");
        pinned.close();
        cuEventDestroy(taken);
        device.close();
    }
}
