package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import dev.thaw.backend.spi.Kernel;

import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;

/**
 * One kernel with its arguments.
 *
 * @param arguments in memory that the driver reads as it is
 * @param release gives that memory back
 */
record Launch(
        CUfunction function,
        Grid grid,
        CUstream stream,
        Pointer arguments,
        String doing,
        Runnable release)
        implements Kernel {
    /** How many threads: x * y * z blocks of blockX * blockY threads. */
    record Grid(int x, int y, int z, int blockX, int blockY) {
        /** The most blocks along y and z. */
        private static final int LIMIT = 65535;

        static Grid of(int blocks, int threads) {
            return new Grid(blocks, 1, 1, threads, 1);
        }

        /** Extents cut to what a launch may have: kernels stride over the rest of their work. */
        static Grid of(long x, long y, long z, int blockX, int blockY) {
            return new Grid(
                    (int) Math.max(1, Math.min(Integer.MAX_VALUE, x)),
                    (int) Math.max(1, Math.min(LIMIT, y)),
                    (int) Math.max(1, Math.min(LIMIT, z)),
                    blockX,
                    blockY);
        }
    }

    @Override
    public void launch() {
        Status.driver(
                cuLaunchKernel(
                        function,
                        grid.x,
                        grid.y,
                        grid.z,
                        grid.blockX,
                        grid.blockY,
                        1,
                        0,
                        stream,
                        arguments,
                        null),
                "cuLaunchKernel",
                doing);
    }

    @Override
    public void close() {
        release.run();
    }
}
