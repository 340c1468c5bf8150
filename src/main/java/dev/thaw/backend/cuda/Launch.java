package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import dev.thaw.backend.spi.Kernel;

import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;

/** One kernel with its arguments in memory that the driver reads as it is. */
final class Launch implements Kernel {
    /** How many threads: blocks of x * y, in a line. */
    record Grid(int blocks, int x, int y, int sharedBytes) {
        static Grid of(int blocks, int threads) {
            return new Grid(blocks, threads, 1, 0);
        }

        Grid withShared(int bytes) {
            return new Grid(blocks, x, y, bytes);
        }
    }

    private final CUfunction function;
    private final int blocks;
    private final int x;
    private final int y;
    private final int sharedBytes;
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
        blocks = grid.blocks();
        x = grid.x();
        y = grid.y();
        sharedBytes = grid.sharedBytes();
        this.stream = stream;
        this.arguments = arguments;
        this.doing = doing;
        this.release = release;
    }

    @Override
    public void launch() {
        Status.driver(
                cuLaunchKernel(
                        function, blocks, 1, 1, x, y, 1, sharedBytes, stream, arguments, null),
                "cuLaunchKernel",
                doing);
    }

    @Override
    public void close() {
        release.run();
    }
}
