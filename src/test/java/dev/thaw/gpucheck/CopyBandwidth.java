package dev.thaw.gpucheck;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoD;

import dev.thaw.backend.spi.Backend;

import jcuda.driver.CUdeviceptr;

import java.util.Arrays;

/** The yardstick: bytes read and written each second by the driver's own copy within the device. */
final class CopyBandwidth {
    private static final int ROUNDS = 9;
    private static final int COPIES = 20;
    private static final int HOST_FLOATS = 1 << 24;

    private CopyBandwidth() {}

    /** Of a buffer with that many bytes; on the CPU, of 64 MiB within the heap. */
    static double bytesPerSecond(Backend backend, long bytes) {
        return backend.name().startsWith("cuda") ? ofDevice(backend, bytes) : ofHost();
    }

    private static double ofDevice(Backend backend, long bytes) {
        // makes the device's context the current one
        backend.synchronize();
        CUdeviceptr from = allocate(bytes);
        CUdeviceptr to = allocate(bytes);
        double rate =
                median(
                        2.0 * bytes,
                        () -> {
                            check(cuMemcpyDtoD(to, from, bytes));
                        },
                        () -> check(cuCtxSynchronize()));
        check(cuMemFree(from));
        check(cuMemFree(to));
        return rate;
    }

    private static CUdeviceptr allocate(long bytes) {
        CUdeviceptr p = new CUdeviceptr();
        check(cuMemAlloc(p, bytes));
        return p;
    }

    private static void check(int status) {
        if (status != 0) {
            throw new IllegalStateException("the driver answers " + status);
        }
    }

    private static double ofHost() {
        float[] from = new float[HOST_FLOATS];
        float[] to = new float[HOST_FLOATS];
        return median(
                2.0 * HOST_FLOATS * Float.BYTES,
                () -> System.arraycopy(from, 0, to, 0, from.length),
                () -> {});
    }

    /** The median round's rate; the first round warms up. */
    private static double median(double bytes, Runnable copy, Runnable wait) {
        double[] rates = new double[ROUNDS];
        for (int i = -1; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            for (int k = 0; k < COPIES; k++) {
                copy.run();
            }
            wait.run();
            double rate = COPIES * bytes / ((System.nanoTime() - begin) / 1e9);
            if (i >= 0) {
                rates[i] = rate;
            }
        }
        Arrays.sort(rates);
        return rates[ROUNDS / 2];
    }
}
