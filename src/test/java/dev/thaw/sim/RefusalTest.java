package dev.thaw.sim;

import static jcuda.driver.CUresult.*;
import static jcuda.driver.JCudaDriver.*;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;

import jcuda.Pointer;
import jcuda.driver.CUarray;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;

import org.junit.jupiter.api.Test;

/**
 * The simulated driver refuses what a real one refuses, with its status and a line that says why.
 */
class RefusalTest extends DeviceTest {
    private static final int THREAD_LOCAL = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;

    private void refused(int got, int expected, String why) {
        assertThat(stringFor(got)).isEqualTo(stringFor(expected));
        assertThat(simulator.reports())
                .anyMatch(r -> r.contains(why) && r.endsWith("[" + got + "]"));
    }

    private static CUdeviceptr at(CUdeviceptr p, long offset) {
        return p.withByteOffset(offset);
    }

    @Test
    void copiesBeyondAnAllocation() {
        CUdeviceptr x = device.allocate(8);
        Pointer host = Pointer.to(new float[4]);
        refused(cuMemcpyHtoD(x, host, 12), CUDA_ERROR_INVALID_VALUE, "12 bytes at offset 0");
        refused(cuMemcpyDtoH(host, at(x, 4), 8), CUDA_ERROR_INVALID_VALUE, "8 bytes at offset 4");
        refused(cuMemcpyDtoD(x, at(x, 4), 8), CUDA_ERROR_INVALID_VALUE, "cuMemcpyDtoD");
        refused(cuMemsetD32(x, 0, 3), CUDA_ERROR_INVALID_VALUE, "cuMemset");
    }

    @Test
    void usesFreedMemory() {
        CUdeviceptr x = device.allocate(8);
        SimulatedDevice.check(cuMemFree(x));
        refused(
                cuMemcpyHtoD(x, Pointer.to(new float[2]), 8),
                CUDA_ERROR_INVALID_VALUE,
                "freed 8 bytes");
        refused(cuMemFree(x), CUDA_ERROR_INVALID_VALUE, "cuMemFree");
        CUdeviceptr y = device.allocate(8);
        refused(cuMemFree(at(y, 4)), CUDA_ERROR_INVALID_VALUE, "cuMemFree");
    }

    @Test
    void launchesOnFreedOrMisalignedMemory() {
        CUdeviceptr x = device.allocate(8);
        SimulatedDevice.check(cuMemFree(x));
        refused(
                device.launch("vector_store", 1, 1, 0, Pointer.to(x)),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                "vector_store: argument 0");
        // the context is lost, as on a GPU
        assertThat(cuCtxSynchronize()).isEqualTo(CUDA_ERROR_ILLEGAL_ADDRESS);
        simulator.clear();
        CUdeviceptr y = device.allocate(64);
        refused(
                device.launch("vector_store", 1, 1, 0, Pointer.to(at(y, 2))),
                CUDA_ERROR_MISALIGNED_ADDRESS,
                "no multiple of 4");
        simulator.clear();
        refused(
                device.launch("vector_store", 1, 1, 0, Pointer.to(at(y, 4))),
                CUDA_ERROR_MISALIGNED_ADDRESS,
                "simulator_test.cu");
        simulator.clear();
        SimulatedDevice.check(device.launch("vector_store", 1, 1, 0, Pointer.to(at(y, 16))));
    }

    @Test
    void writesPastTheEnd() {
        CUdeviceptr x = device.allocate(16);
        refused(
                device.launch("past_the_end", 1, 1, 0, Pointer.to(x), Pointer.to(new int[] {4})),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                "kernel past_the_end, block (0,0,0), thread (0,0,0): writes 4 bytes at offset 16");
    }

    @Test
    void checksPointersInsideAStructure() {
        CUdeviceptr x = device.allocate(16);
        long address = address(x);
        Pointer one = Pointer.to(new byte[] {1});
        Pointer two = Pointer.to(new double[] {2});
        SimulatedDevice.check(
                device.launch("by_value", 1, 1, 0, Pointer.to(new long[] {address, 3}), one, two));
        assertThat(device.download(x, 1)).containsExactly(6);
        refused(
                device.launch("by_value", 1, 1, 0, Pointer.to(new long[] {64, 3}), one, two),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                "no device memory");
    }

    private static long address(CUdeviceptr p) {
        // JCuda shows an address in words only
        String text = p.toString();
        String hex = text.replaceAll(".*nativePointer=0x([0-9a-fA-F]+).*", "$1");
        return Long.parseUnsignedLong(hex, 16);
    }

    @Test
    void launchesOutOfRange() {
        Pointer x = Pointer.to(device.allocate(4096));
        refused(device.launch("read_shared", 0, 1, 0, x), CUDA_ERROR_INVALID_VALUE, "grid (0,1,1)");
        refused(
                device.launch("read_shared", 1, 0, 0, x),
                CUDA_ERROR_INVALID_VALUE,
                "block (0,1,1)");
        refused(
                device.launch("read_shared", 1, 1025, 0, x),
                CUDA_ERROR_INVALID_VALUE,
                "block (1025");
        refused(
                device.launch("read_shared", 1, 1, 49153, x),
                CUDA_ERROR_INVALID_VALUE,
                "49153 bytes of dynamic shared memory");
        refused(
                device.launch("block_sums", 1, 512, 0, x, x, Pointer.to(new int[1])),
                CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
                "512 threads, its __launch_bounds__ say 256");
    }

    @Test
    void asksForMoreSharedMemoryFirst() {
        CUfunction f = device.function("read_shared");
        Pointer x = Pointer.to(device.allocate(4));
        SimulatedDevice.check(cuFuncSetAttribute(f, 8, 100_000));
        SimulatedDevice.check(device.launch("read_shared", 1, 1, 100_000, x));
        refused(cuFuncSetAttribute(f, 8, 200_000), CUDA_ERROR_INVALID_VALUE, "at most 166912");
    }

    @Test
    void divergesAtABarrier() {
        refused(
                device.launch("divergent", 1, 64, 0, Pointer.to(device.allocate(256))),
                CUDA_ERROR_LAUNCH_FAILED,
                "divergent barrier: of 64 threads 32 wait at __syncthreads");
        simulator.clear();
        // the next kernel runs as if nothing had been
        CUdeviceptr x = device.upload(1, 2);
        SimulatedDevice.check(device.launch("reverse_blocks", 1, 2, 8, Pointer.to(x)));
        assertThat(device.download(x, 2)).containsExactly(2, 1);
    }

    @Test
    void usesDestroyedHandles() {
        CUstream stream = new CUstream();
        cuStreamCreate(stream, 0);
        SimulatedDevice.check(cuStreamDestroy(stream));
        refused(cuStreamSynchronize(stream), CUDA_ERROR_INVALID_HANDLE, "no stream that lives");
        refused(cuStreamDestroy(stream), CUDA_ERROR_INVALID_HANDLE, "no stream that lives");
        CUevent event = new CUevent();
        cuEventCreate(event, 0);
        SimulatedDevice.check(cuEventDestroy(event));
        refused(
                cuEventRecord(event, device.stream),
                CUDA_ERROR_INVALID_HANDLE,
                "no event that lives");
        CUmodule module = new CUmodule();
        SimulatedDevice.check(cuModuleLoadData(module, simulator.module("simulator_test")));
        CUfunction f = new CUfunction();
        cuModuleGetFunction(f, module, "saxpy");
        SimulatedDevice.check(cuModuleUnload(module));
        refused(
                cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, device.stream, new Pointer(), null),
                CUDA_ERROR_INVALID_HANDLE,
                "no function of a module that is loaded");
        refused(cuModuleUnload(module), CUDA_ERROR_INVALID_HANDLE, "no module that is loaded");
    }

    @Test
    void runsOutOfMemoryAndStaysUsable() {
        // beside what backends of other tests keep in this process
        simulator.set(Setting.MEMORY, simulator.count(Counter.LIVE_BYTES) + (1 << 20));
        refused(
                cuMemAlloc(new CUdeviceptr(), 2 << 20),
                CUDA_ERROR_OUT_OF_MEMORY,
                "cuMemAlloc of 2097152 bytes");
        CUdeviceptr x = device.allocate(1 << 19);
        SimulatedDevice.check(cuMemFree(x));
    }

    @Test
    void breaksACapture() {
        CUgraph graph = new CUgraph();
        cuStreamBeginCapture(device.stream, 0);
        refused(
                cuMemAlloc(new CUdeviceptr(), 4),
                CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                "cuMemAlloc while a stream captures");
        assertThat(cuStreamEndCapture(device.stream, graph))
                .isEqualTo(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        cuStreamBeginCapture(device.stream, 0);
        assertThat(cuStreamSynchronize(device.stream))
                .isEqualTo(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
        cuStreamEndCapture(device.stream, graph);
    }

    /** A driver says nothing: the work would be in a graph that is not its own. */
    @Test
    void reportsWhatAnotherThreadAddsToACapture() throws InterruptedException {
        CUdeviceptr x = device.allocate(8);
        CUgraph graph = new CUgraph();
        CUcontext context = new CUcontext();
        cuCtxGetCurrent(context);
        SimulatedDevice.check(cuStreamBeginCapture(device.stream, THREAD_LOCAL));
        SimulatedDevice.check(cuMemsetD32Async(x, 1, 2, device.stream));
        assertThat(simulator.reports()).isEmpty();
        int[] status = {-1};
        Thread other =
                new Thread(
                        () -> {
                            cuCtxSetCurrent(context);
                            status[0] = cuMemsetD32Async(x, 2, 2, device.stream);
                        });
        other.start();
        other.join();
        refused(status[0], CUDA_SUCCESS, "of another thread lands in a capture");
        assertThat(simulator.reports()).hasSize(1);
        SimulatedDevice.check(cuStreamEndCapture(device.stream, graph));
        cuGraphDestroy(graph);
    }

    @Test
    void launchesAGraphIntoACapture() {
        CUdeviceptr x = device.allocate(8);
        CUgraph graph = new CUgraph();
        CUgraphExec executable = new CUgraphExec();
        SimulatedDevice.check(cuStreamBeginCapture(device.stream, THREAD_LOCAL));
        SimulatedDevice.check(cuMemsetD32Async(x, 1, 2, device.stream));
        SimulatedDevice.check(cuStreamEndCapture(device.stream, graph));
        SimulatedDevice.check(cuGraphInstantiate(executable, graph, 0));
        SimulatedDevice.check(cuStreamBeginCapture(device.stream, THREAD_LOCAL));
        refused(
                cuGraphLaunch(executable, device.stream),
                CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                "cuGraphLaunch into a stream that captures");
        assertThat(cuStreamEndCapture(device.stream, new CUgraph()))
                .isEqualTo(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        SimulatedDevice.check(cuGraphLaunch(executable, device.stream));
        device.synchronize();
        cuGraphExecDestroy(executable);
        cuGraphDestroy(graph);
    }

    @Test
    void namesWhatItDoesNotSimulate() {
        refused(
                cuArrayDestroy(new CUarray()),
                CUDA_ERROR_NOT_SUPPORTED,
                "cuArrayDestroy is not simulated");
    }
}
