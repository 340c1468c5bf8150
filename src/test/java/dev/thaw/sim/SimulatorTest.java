package dev.thaw.sim;

import static jcuda.driver.CUresult.*;
import static jcuda.driver.JCudaDriver.*;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;

import jcuda.Pointer;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;

import org.junit.jupiter.api.Test;

/** The simulated driver under JCuda's own natives: what it runs. */
class SimulatorTest extends DeviceTest {
    private static Pointer of(int v) {
        return Pointer.to(new int[] {v});
    }

    private static Pointer of(float v) {
        return Pointer.to(new float[] {v});
    }

    private int saxpy(float a, CUdeviceptr x, CUdeviceptr y, int n) {
        return device.launch("saxpy", 2, 32, 0, of(a), Pointer.to(x), Pointer.to(y), of(n));
    }

    @Test
    void saysWhatItIs() {
        byte[] name = new byte[64];
        int[] major = {0};
        cuDeviceGetName(name, 64, new CUdevice());
        cuDeviceGetAttribute(major, 75, new CUdevice());
        assertThat(new String(name).trim()).isEqualTo("Thaw simulator");
        assertThat(major[0]).isEqualTo(8);
    }

    @Test
    void runsAKernelAndCountsTheCopies() {
        CUdeviceptr x = device.upload(1, 2, 3);
        CUdeviceptr y = device.upload(10, 20, 30);
        assertThat(saxpy(2, x, y, 3)).isEqualTo(CUDA_SUCCESS);
        device.synchronize();
        assertThat(device.download(y, 3)).containsExactly(12, 24, 36);
        assertThat(simulator.count(Counter.HOST_TO_DEVICE_COPIES)).isEqualTo(2);
        assertThat(simulator.count(Counter.HOST_TO_DEVICE_BYTES)).isEqualTo(24);
        assertThat(simulator.count(Counter.DEVICE_TO_HOST_COPIES)).isEqualTo(1);
        assertThat(simulator.count(Counter.KERNEL_LAUNCHES)).isEqualTo(1);
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void runsBarriersAndShufflesInEitherOrder() {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 7;
        }
        CUdeviceptr x = device.upload(values);
        CUdeviceptr sums = device.allocate(16);
        for (int reversed : new int[] {0, 1}) {
            simulator.set(Setting.REVERSED, reversed);
            assertThat(
                            device.launch(
                                    "block_sums",
                                    4,
                                    256,
                                    0,
                                    Pointer.to(x),
                                    Pointer.to(sums),
                                    of(1000)))
                    .isEqualTo(CUDA_SUCCESS);
            float[] got = device.download(sums, 4);
            for (int b = 0; b < 4; b++) {
                float expected = 0;
                for (int i = 256 * b; i < Math.min(1000, 256 * b + 256); i++) {
                    expected += values[i];
                }
                assertThat(got[b]).isEqualTo(expected);
            }
        }
    }

    @Test
    void givesDynamicSharedMemory() {
        CUdeviceptr x = device.upload(0, 1, 2, 3, 4, 5, 6, 7);
        device.launch("reverse_blocks", 2, 4, 16, Pointer.to(x));
        assertThat(device.download(x, 8)).containsExactly(3, 2, 1, 0, 7, 6, 5, 4);
    }

    @Test
    void showsARaceByTheOrderOfThreads() {
        simulator.set(Setting.HAZARDS, 0);
        CUdeviceptr x = device.upload(0, 1, 2, 3);
        device.launch("racing_reverse", 1, 4, 16, Pointer.to(x));
        float[] forwards = device.download(x, 4);
        simulator.set(Setting.REVERSED, 1);
        CUdeviceptr again = device.upload(0, 1, 2, 3);
        device.launch("racing_reverse", 1, 4, 16, Pointer.to(again));
        assertThat(device.download(again, 4)).isNotEqualTo(forwards);
    }

    @Test
    void addsAtomically() {
        CUdeviceptr counts = device.allocate(16);
        cuMemsetD32(counts, 0, 4);
        CUdeviceptr x = device.allocate(40);
        cuMemcpyHtoD(x, Pointer.to(new int[] {0, 1, 1, 3, 3, 3, 3, 0, 1, 0}), 40);
        device.launch("histogram", 1, 32, 0, Pointer.to(x), Pointer.to(counts), of(10));
        int[] got = new int[4];
        cuMemcpyDtoH(Pointer.to(got), counts, 16);
        assertThat(got).containsExactly(3, 3, 0, 4);
    }

    @Test
    void poisonsFreshMemoryAndSharedMemory() {
        CUdeviceptr x = device.allocate(8);
        assertThat(device.download(x, 2)).containsOnly(Float.NaN);
        cuMemsetD32(x, 0, 2);
        device.launch("read_shared", 1, 1, 0, Pointer.to(x));
        assertThat(device.download(x, 1)).containsOnly(Float.NaN);
    }

    @Test
    void capturesWithoutRunningAndReplays() {
        CUdeviceptr x = device.upload(1, 1);
        CUdeviceptr y = device.upload(0, 0);
        CUgraph graph = new CUgraph();
        CUgraphExec executable = new CUgraphExec();
        SimulatedDevice.check(cuStreamBeginCapture(device.stream, 0));
        SimulatedDevice.check(saxpy(1, x, y, 2));
        SimulatedDevice.check(saxpy(2, x, y, 2));
        SimulatedDevice.check(cuStreamEndCapture(device.stream, graph));
        assertThat(device.download(y, 2)).containsExactly(0, 0);
        SimulatedDevice.check(cuGraphInstantiate(executable, graph, 0));
        for (int i = 0; i < 3; i++) {
            SimulatedDevice.check(cuGraphLaunch(executable, device.stream));
        }
        device.synchronize();
        assertThat(device.download(y, 2)).containsExactly(9, 9);
        assertThat(simulator.count(Counter.GRAPH_LAUNCHES)).isEqualTo(3);
        assertThat(simulator.count(Counter.KERNEL_LAUNCHES)).isEqualTo(6);
        SimulatedDevice.check(cuGraphExecDestroy(executable));
        SimulatedDevice.check(cuGraphDestroy(graph));
        assertThat(cuGraphLaunch(executable, device.stream)).isEqualTo(CUDA_ERROR_INVALID_HANDLE);
    }

    @Test
    void showsAMissingSynchronize() {
        CUdeviceptr x = device.upload(1);
        CUdeviceptr y = device.upload(1);
        simulator.set(Setting.DEFERRED, 1);
        SimulatedDevice.check(saxpy(1, x, y, 1));
        assertThat(simulator.count(Counter.QUEUED)).isEqualTo(1);
        // the stream does not wait for the default one, nor that for it
        assertThat(device.download(y, 1)).containsExactly(1);
        device.synchronize();
        assertThat(device.download(y, 1)).containsExactly(2);
    }

    @Test
    void copiesFromPinnedMemoryWhenTheStreamGetsThere() {
        Pointer pinned = new Pointer();
        SimulatedDevice.check(cuMemHostAlloc(pinned, 4, 0));
        CUdeviceptr x = device.allocate(4);
        simulator.set(Setting.DEFERRED, 1);
        pinned.getByteBuffer(0, 4).order(java.nio.ByteOrder.nativeOrder()).putFloat(0, 1);
        SimulatedDevice.check(cuMemcpyHtoDAsync(x, pinned, 4, device.stream));
        pinned.getByteBuffer(0, 4).order(java.nio.ByteOrder.nativeOrder()).putFloat(0, 2);
        device.synchronize();
        assertThat(device.download(x, 1)).containsExactly(2);
        SimulatedDevice.check(cuMemFreeHost(pinned));
    }

    @Test
    void ordersStreamsByEvents() {
        CUstream second = new CUstream();
        CUevent event = new CUevent();
        SimulatedDevice.check(cuStreamCreate(second, 1));
        SimulatedDevice.check(cuEventCreate(event, 0));
        CUdeviceptr x = device.upload(1);
        CUdeviceptr y = device.upload(1);
        CUdeviceptr z = device.upload(0);
        simulator.set(Setting.DEFERRED, 1);
        SimulatedDevice.check(saxpy(1, x, y, 1));
        SimulatedDevice.check(cuEventRecord(event, device.stream));
        assertThat(cuEventQuery(event)).isEqualTo(CUDA_ERROR_NOT_READY);
        SimulatedDevice.check(cuStreamWaitEvent(second, event, 0));
        SimulatedDevice.check(cuMemcpyDtoDAsync(z, y, 4, second));
        SimulatedDevice.check(cuStreamSynchronize(second));
        assertThat(device.download(z, 1)).containsExactly(2);
        assertThat(cuEventQuery(event)).isEqualTo(CUDA_SUCCESS);
        SimulatedDevice.check(cuEventDestroy(event));
        SimulatedDevice.check(cuStreamDestroy(second));
    }

    @Test
    void namesWhatRan() {
        simulator.set(Setting.TRACE, 1);
        CUdeviceptr x = device.upload(1);
        saxpy(1, x, x, 1);
        assertThat(simulator.trace()).containsExactly("copy to device 4", "saxpy");
    }

    @Test
    void refusesAnImageThatIsNoModule() {
        assertThat(cuModuleLoadData(new CUmodule(), new byte[] {1, 2, 3, 0}))
                .isEqualTo(CUDA_ERROR_INVALID_IMAGE);
    }
}
