package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.DepthwiseConvolutionGradFilter;
import dev.thaw.op.DepthwiseConvolutionGradInput;

import jcuda.driver.CUfunction;

/** Depthwise convolutions by our own kernels: in float32 cuDNN's are slow. */
final class DepthwiseKernels {
    private static final String FILE = "depthwise";
    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** Neighbours along the last axis of the window that one block sums at once. */
    private static final int TAPS = 5;

    private DepthwiseKernels() {}

    static void register(CudaKernelTable table) {
        table.add(DepthwiseConvolution.class, DepthwiseKernels::forward);
        table.add(DepthwiseConvolutionGradInput.class, DepthwiseKernels::gradInput);
        table.add(DepthwiseConvolutionGradFilter.class, DepthwiseKernels::gradFilter);
    }

    private static int multiplier(int outputs, int channels) {
        return channels == 0 ? 1 : outputs / channels;
    }

    private static Prepared forward(Engine engine, DepthwiseConvolution op) {
        if (op.y().size() == 0) {
            return ElementwiseKernels.nothing();
        }
        int last = op.window().rank() + 1;
        WindowNumbers window = WindowNumbers.of(op.x(), op.y(), op.window());
        int m = multiplier(op.y().shape().dim(last), op.x().shape().dim(last));
        CUfunction f = engine.function(FILE, "depthwise");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .value(op.x())
                        .value(op.w())
                        .value(op.bias())
                        .value(op.y())
                        .integers(window.all())
                        .integer(m)
                        .launch(f, engine.grid(op.y().size()));
    }

    private static Prepared gradInput(Engine engine, DepthwiseConvolutionGradInput op) {
        if (op.dx().size() == 0) {
            return ElementwiseKernels.nothing();
        }
        int last = op.window().rank() + 1;
        WindowNumbers window = WindowNumbers.of(op.dx(), op.dy(), op.window());
        int m = multiplier(op.dy().shape().dim(last), op.dx().shape().dim(last));
        CUfunction f = engine.function(FILE, "depthwise_grad_input");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .value(op.dy())
                        .value(op.w())
                        .value(op.dx())
                        .integers(window.all())
                        .integer(m)
                        .launch(f, engine.grid(op.dx().size()));
    }

    private static Prepared gradFilter(Engine engine, DepthwiseConvolutionGradFilter op) {
        long weights = op.dw().size();
        if (weights == 0) {
            return ElementwiseKernels.nothing();
        }
        int rank = op.window().rank();
        WindowNumbers window = WindowNumbers.of(op.x(), op.dy(), op.window());
        int channels = op.x().shape().dim(rank + 1);
        int outputs = op.dy().shape().dim(rank + 1);
        int m = multiplier(outputs, channels);
        int vector = m == 1 && channels % 4 == 0 ? 4 : 1;
        int bx = 1;
        while (bx < outputs / vector && bx < WARP) {
            bx *= 2;
        }
        int width = op.window().size().get(rank - 1);
        long groups = (long) window.taps() / width * ((width + TAPS - 1) / TAPS);
        long tiles = (outputs + (long) vector * bx - 1) / ((long) vector * bx) * groups;
        int parts = parts(engine, tiles, window.outputCells());
        Launch.Grid grid = Launch.Grid.of(tiles, parts, 1, bx, THREADS / bx);
        CUfunction f = engine.function(FILE, "depthwise_grad_filter_partial");
        ReduceKernels.Columns merge = new ReduceKernels.Columns("sum", 1, parts, weights);
        return new WithWorkspace(
                WithWorkspace.floats(parts * weights),
                (buffers, workspace) ->
                        Sequence.of(
                                engine.arguments(op, buffers)
                                        .value(op.x())
                                        .value(op.dy())
                                        .address(workspace)
                                        .integers(window.all())
                                        .integers(m, parts)
                                        .launch(f, grid),
                                merge.bind(
                                        () -> engine.arguments(op, buffers),
                                        engine,
                                        workspace,
                                        CudaBuffer.of(op.dw(), buffers).address(),
                                        null,
                                        1,
                                        1)));
    }

    /** Into how many parts the output cells fall, for so many blocks side by side. */
    static int parts(Engine engine, long tiles, long cells) {
        long wanted = 4L * engine.gpu().multiprocessors() / Math.max(1, tiles);
        return (int) Math.max(1, Math.min(Math.min(wanted, cells / 64), 65535));
    }
}
