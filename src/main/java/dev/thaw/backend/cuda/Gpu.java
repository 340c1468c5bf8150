package dev.thaw.backend.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.JCudaDriver.*;

import dev.thaw.backend.spi.BackendUnavailableException;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One GPU: its properties, its primary context, the one stream on which everything runs, and the
 * one lock that threads take turns by.
 */
final class Gpu implements AutoCloseable {
    private static final int OLDEST = 75;

    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();

    /** Fair: a thread that trains in a loop would else keep the others out for seconds. */
    private final ReentrantLock turn = new ReentrantLock(true);

    private boolean closed;

    private final int index;
    private final String name;
    private final int capability;
    private final int multiprocessors;
    private final int driverVersion;

    private Gpu(CUdevice device, int index) {
        this.device = device;
        this.index = index;
        byte[] text = new byte[256];
        Status.driver(cuDeviceGetName(text, text.length, device), "cuDeviceGetName", "open");
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        name = new String(text, 0, end, StandardCharsets.UTF_8);
        capability =
                10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                        + attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        multiprocessors = attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        int[] version = new int[1];
        Status.driver(cuDriverGetVersion(version), "cuDriverGetVersion", "open");
        driverVersion = version[0];
    }

    /** Opens a GPU, or says in one line why not. */
    static Gpu open(int index, NativeLibraries libraries) {
        int status = cuInit(0);
        if (status != CUresult.CUDA_SUCCESS) {
            throw unavailable(
                    "the NVIDIA driver (%s) finds no GPU that it can use: %s; check with nvidia-smi that the GPU is there and the driver runs"
                            .formatted(libraries.driver(), Status.driverError(status)));
        }
        int[] count = new int[1];
        Status.driver(cuDeviceGetCount(count), "cuDeviceGetCount", "open");
        if (index < 0 || index >= count[0]) {
            throw unavailable(
                    "there is no GPU %s: the driver sees %s, numbered from 0; check CUDA_VISIBLE_DEVICES"
                            .formatted(index, count[0]));
        }
        CUdevice device = new CUdevice();
        Status.driver(cuDeviceGet(device, index), "cuDeviceGet", "open");
        Gpu gpu = new Gpu(device, index);
        gpu.requireSupported(libraries);
        Status.driver(
                cuDevicePrimaryCtxRetain(gpu.context, device), "cuDevicePrimaryCtxRetain", "open");
        try {
            gpu.makeCurrent();
            Status.driver(
                    cuStreamCreate(gpu.stream, CUstream_flags.CU_STREAM_NON_BLOCKING),
                    "cuStreamCreate",
                    "open");
        } catch (CudaException e) {
            cuDevicePrimaryCtxRelease(device);
            throw e;
        }
        return gpu;
    }

    private void requireSupported(NativeLibraries libraries) {
        if (capability < OLDEST) {
            throw unavailable(
                    "%s has compute capability %s, and 7.5 (Turing) or newer is needed; run on the CPU"
                            .formatted(name, capabilityText()));
        }
        if (driverVersion < 1000 * libraries.major()) {
            throw unavailable(
                    "the driver supports CUDA %s, and %s needs CUDA %s; update the driver, or install CUDA 12"
                            .formatted(driverText(), libraries.cublas(), libraries.major()));
        }
    }

    private static BackendUnavailableException unavailable(String message) {
        return new BackendUnavailableException(message, null);
    }

    private int attribute(int attribute) {
        int[] value = new int[1];
        Status.driver(
                cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute", "open");
        return value[0];
    }

    /**
     * Runs this with the GPU's context current in this thread, while no other thread talks to the
     * GPU.
     *
     * <p>All models on a GPU share its stream, its memory, one handle of cuBLAS and one of cuDNN,
     * the buffers that copies go through and the table of kernels. While a step is recorded, the
     * driver takes down whatever reaches the stream: a launch of another thread would not run, but
     * be replayed with that step for ever. So each of these holds the lock from its begin to its
     * end: allocating, copying either way, preparing an op, binding it, freeing what either made,
     * waiting, closing, and one launch of a plan, whether it replays a graph or runs op by op. A
     * training step takes it once for each input and once for the launch. Where a thread waits for
     * the GPU, the others wait too: their work would queue up behind the same stream.
     *
     * <p>The lock is reentrant. Who holds it takes no lock of other packages, so that there is
     * nothing to wait for in a circle.
     */
    <T> T alone(Supplier<T> work) {
        turn.lock();
        try {
            makeCurrent();
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    /** The same for work without a result. */
    void alone(Runnable work) {
        turn.lock();
        try {
            makeCurrent();
            work.run();
        } finally {
            turn.unlock();
        }
    }

    /** Contexts belong to threads, and another GPU's may be current in this one. */
    private void makeCurrent() {
        if (closed) {
            return; // what is freed later than the backend went with its context
        }
        Status.driver(cuCtxSetCurrent(context), "cuCtxSetCurrent", "GPU " + index);
    }

    CUstream stream() {
        return stream;
    }

    int index() {
        return index;
    }

    /** What the driver calls it. */
    String name() {
        return name;
    }

    /** 90 for compute capability 9.0. */
    int capability() {
        return capability;
    }

    int multiprocessors() {
        return multiprocessors;
    }

    /** 13000 for CUDA 13.0. */
    int driverVersion() {
        return driverVersion;
    }

    private String capabilityText() {
        return capability / 10 + "." + capability % 10;
    }

    private String driverText() {
        return driverVersion / 1000 + "." + driverVersion % 1000 / 10;
    }

    /** The free and the total memory, in bytes. */
    long[] memory() {
        long[] free = new long[1];
        long[] total = new long[1];
        Status.driver(cuMemGetInfo(free, total), "cuMemGetInfo", "memory");
        return new long[] {free[0], total[0]};
    }

    void synchronize() {
        Status.driver(
                cuStreamSynchronize(stream),
                "cuStreamSynchronize",
                "a kernel that was launched before");
    }

    String describe() {
        long[] memory = memory();
        return String.format(
                Locale.ROOT,
                "%s, compute capability %s, %d multiprocessors, %,d MiB (%,d free), driver for CUDA %s",
                name,
                capabilityText(),
                multiprocessors,
                memory[1] >> 20,
                memory[0] >> 20,
                driverText());
    }

    @Override
    public void close() {
        cuStreamSynchronize(stream);
        cuStreamDestroy(stream);
        cuDevicePrimaryCtxRelease(device);
        closed = true;
    }
}
