package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradFilter;
import dev.thaw.op.ConvolutionGradInput;

import jcuda.driver.CUfunction;

/** Convolutions by plain loops, for what cuDNN refuses. */
final class ConvolutionKernels {
    private static final String FILE = "convolution";
    private static final int COLUMNS = 32;
    private static final int ROWS = 8;

    private ConvolutionKernels() {}

    static Prepared forward(Engine engine, Convolution op) {
        WindowNumbers window = WindowNumbers.of(op.x(), op.y(), op.window());
        int filters = op.y().shape().dim(op.window().rank() + 1);
        CUfunction f = engine.function(FILE, "convolution");
        Epilogue rest = new Epilogue(op, op.y(), null, op.residual(), op.rectifier());
        return (buffers, workspace) ->
                rest.after(
                        engine.arguments(op, buffers)
                                .values(op.x(), op.w(), op.bias(), op.y())
                                .integers(window.all())
                                .integers(filters, op.groups())
                                .launch(f, engine.grid(op.y().size())),
                        engine,
                        buffers);
    }

    static Prepared gradInput(Engine engine, ConvolutionGradInput op) {
        WindowNumbers window = WindowNumbers.of(op.dx(), op.dy(), op.window());
        int filters = op.dy().shape().dim(op.window().rank() + 1);
        CUfunction f = engine.function(FILE, "convolution_grad_input");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.dy(), op.w(), op.dx())
                        .integers(window.all())
                        .integers(filters, op.groups())
                        .launch(f, engine.grid(op.dx().size()));
    }

    static Prepared gradFilter(Engine engine, ConvolutionGradFilter op) {
        long weights = op.dw().size();
        WindowNumbers window = WindowNumbers.of(op.x(), op.dy(), op.window());
        int filters = op.dy().shape().dim(op.window().rank() + 1);
        long tiles = (weights + COLUMNS - 1) / COLUMNS;
        int parts = DepthwiseKernels.parts(engine, tiles, window.outputCells());
        CUfunction f = engine.function(FILE, "convolution_grad_filter_partial");
        ReduceKernels.Columns merge = new ReduceKernels.Columns("sum", 1, parts, weights);
        return new WithWorkspace(
                WithWorkspace.floats(parts * weights),
                (buffers, workspace) ->
                        Sequence.of(
                                engine.arguments(op, buffers)
                                        .values(op.x(), op.dy())
                                        .address(workspace)
                                        .integers(window.all())
                                        .integers(filters, op.groups(), parts)
                                        .launch(f, Launch.Grid.of(tiles, parts, 1, COLUMNS, ROWS)),
                                merge.whole(
                                        engine,
                                        engine.arguments(op, buffers),
                                        workspace,
                                        DeviceAddress.of(op.dw(), buffers))));
    }
}
