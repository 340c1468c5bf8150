package dev.thaw.sim;

import static jcuda.driver.JCudaDriver.*;

import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;

/** The simulator's device as JCuda sees it: a context, a module of test kernels, a stream. */
final class SimulatedDevice implements AutoCloseable {
    private final CUdevice device = new CUdevice();
    private final CUmodule module = new CUmodule();
    final CUstream stream = new CUstream();

    SimulatedDevice(Simulator simulator) {
        check(cuInit(0));
        check(cuDeviceGet(device, 0));
        CUcontext context = new CUcontext();
        check(cuDevicePrimaryCtxRetain(context, device));
        check(cuCtxSetCurrent(context));
        check(cuModuleLoadData(module, simulator.module("simulator_test")));
        check(cuStreamCreate(stream, CUstream_NON_BLOCKING));
    }

    private static final int CUstream_NON_BLOCKING = 1;

    static void check(int status) {
        if (status != CUresult.CUDA_SUCCESS) {
            throw new AssertionError(CUresult.stringFor(status));
        }
    }

    CUdeviceptr allocate(long bytes) {
        CUdeviceptr p = new CUdeviceptr();
        check(cuMemAlloc(p, bytes));
        return p;
    }

    CUdeviceptr upload(float... values) {
        CUdeviceptr p = allocate(4L * values.length);
        check(cuMemcpyHtoD(p, Pointer.to(values), 4L * values.length));
        return p;
    }

    float[] download(CUdeviceptr p, int count) {
        float[] values = new float[count];
        check(cuMemcpyDtoH(Pointer.to(values), p, 4L * count));
        return values;
    }

    CUfunction function(String name) {
        CUfunction f = new CUfunction();
        check(cuModuleGetFunction(f, module, name));
        return f;
    }

    /** Launches on the stream; the status is what the driver says. */
    int launch(String kernel, int grid, int block, int shared, Pointer... arguments) {
        return cuLaunchKernel(
                function(kernel),
                grid,
                1,
                1,
                block,
                1,
                1,
                shared,
                stream,
                Pointer.to(arguments),
                null);
    }

    void synchronize() {
        check(cuStreamSynchronize(stream));
    }

    @Override
    public void close() {
        cuStreamDestroy(stream);
        cuModuleUnload(module);
        cuDevicePrimaryCtxRelease(device);
    }
}
