package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import dev.thaw.backend.spi.Kernel;

import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;

/** One kernel with its arguments in memory that the driver reads as it is. */
final class Launch implements Kernel {
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

    private final CUfunction function;
    private final int x;
    private final int y;
    private final int z;
    private final int blockX;
    private final int blockY;
    private final CUstream stream;
    private final Pointer arguments;
    private final String doing;
    private final Runnable release;

    Launch(
            CUfunction function,
            Grid grid,
            CUstream stream,
            Pointer arguments,
            String doing,
            Runnable release) {
        this.function = function;
        x = grid.x();
        y = grid.y();
        z = grid.z();
        blockX = grid.blockX();
        blockY = grid.blockY();
        this.stream = stream;
        this.arguments = arguments;
        this.doing = doing;
        this.release = release;
    }

    @Override
    public void launch() {
        Status.driver(
                cuLaunchKernel(function, x, y, z, blockX, blockY, 1, 0, stream, arguments, null),
                "cuLaunchKernel",
                doing);
    }

    @Override
    public void close() {
        release.run();
    }
}
