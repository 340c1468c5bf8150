package dev.thaw.sim;

import static jcuda.driver.CUresult.*;
import static jcuda.driver.JCudaDriver.*;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.sim.Simulator.Setting;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accesses of two threads whose order nothing settles are refused, whatever order they ran in. */
class HazardTest extends DeviceTest {
    private static final int BLOCKS = 5;
    private static final int THREADS = 64;

    private void refused(int status, String... why) {
        assertThat(stringFor(status)).isEqualTo("CUDA_ERROR_LAUNCH_FAILED");
        assertThat(simulator.reports()).hasSize(1);
        assertThat(simulator.reports().get(0)).contains("hazard").contains(why);
    }

    private static Pointer number(int value) {
        return Pointer.to(new int[] {value});
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aMissingBarrier(int reversed) {
        simulator.set(Setting.REVERSED, reversed);
        CUdeviceptr x = device.upload(0, 1, 2, 3);
        refused(
                device.launch("racing_reverse", 1, 4, 16, Pointer.to(x)),
                "kernel racing_reverse, block (0,0,0)",
                "of shared memory",
                "what thread",
                "no barrier");
    }

    @Test
    void aWriteBeforeAllHaveRead() {
        CUdeviceptr x = device.allocate(4 * THREADS);
        SimulatedDevice.check(cuMemsetD32(x, 0, THREADS));
        refused(
                device.launch("overwrites_too_early", 1, THREADS, 0, Pointer.to(x)),
                "of shared memory",
                "no barrier");
    }

    @Test
    void syncwarpOrdersMemoryAndShufflesDoNot() {
        for (int order : new int[] {0, 1}) {
            CUdeviceptr x = device.upload(new float[32]);
            refused(
                    device.launch("warp_rotates", 1, 32, 0, Pointer.to(x), number(order)),
                    "no __syncwarp");
            simulator.clear();
        }
        float[] numbers = new float[32];
        numbers[1] = 7;
        CUdeviceptr x = device.upload(numbers);
        SimulatedDevice.check(device.launch("warp_rotates", 1, 32, 0, Pointer.to(x), number(2)));
        assertThat(device.download(x, 1)).containsExactly(7);
    }

    @Test
    void twoBlocksThatWriteOneWord() {
        CUdeviceptr x = device.upload(0);
        SimulatedDevice.check(device.launch("blocks_write_one_word", 1, 32, 0, Pointer.to(x)));
        refused(
                device.launch("blocks_write_one_word", 2, 32, 0, Pointer.to(x)),
                "block (1,0,0), thread (0,0,0)",
                "writes what thread (0,0,0) of block (0,0,0) wrote",
                "4 bytes at offset 0 of an allocation of 4 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aBlockThatChangesWhatAnotherReads(int reversed) {
        simulator.set(Setting.REVERSED, reversed);
        CUdeviceptr x = device.upload(new float[2 * THREADS]);
        Pointer n = number(2 * THREADS);
        refused(
                device.launch("shift_in_place", 2, THREADS, 0, Pointer.to(x), n),
                "what thread",
                "order the two blocks");
        simulator.clear();
        CUdeviceptr alone = device.upload(new float[THREADS]);
        SimulatedDevice.check(
                device.launch("shift_in_place", 1, THREADS, 0, Pointer.to(alone), number(THREADS)));
    }

    private int lastBlock(CUdeviceptr sum, int without) {
        CUdeviceptr partial = device.allocate(4L * BLOCKS * THREADS);
        CUdeviceptr ticket = device.upload(0);
        return device.launch(
                "last_block",
                BLOCKS,
                THREADS,
                0,
                Pointer.to(partial),
                Pointer.to(ticket),
                Pointer.to(sum),
                number(without));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theLastBlockMayReadWhatAllWrote(int reversed) {
        simulator.set(Setting.REVERSED, reversed);
        CUdeviceptr sum = device.upload(0);
        for (int i = 0; i < 2; i++) { // the ticket was set back
            SimulatedDevice.check(lastBlock(sum, 0));
            assertThat(device.download(sum, 1)).containsExactly(BLOCKS * THREADS);
        }
        assertThat(simulator.reports()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void theLastBlockWithoutAFenceOrItsTicketOrABarrier(int without) {
        refused(
                lastBlock(device.upload(0), without),
                "reads what thread",
                "of block",
                "__threadfence");
    }

    @Test
    void countsRoundsOfLoads() {
        simulator.set(Setting.LOADS, 1);
        CUdeviceptr x = device.upload(new float[40]);
        CUdeviceptr z = device.allocate(12);
        SimulatedDevice.check(
                device.launch(
                        "load_loops",
                        3,
                        1,
                        0,
                        Pointer.to(x),
                        Pointer.to(x),
                        Pointer.to(z),
                        number(40)));
        // 40 rounds of two loads, 10 of four; the second loop's first closes the first one's last
        assertThat(simulator.loads())
                .containsExactly(
                        "load_loops: 49 rounds of 120 loads by one thread, in a launch of 3 blocks of"
                                + " 1 threads");
    }
}
