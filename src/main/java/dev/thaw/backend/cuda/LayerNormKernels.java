package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.LayerNormGrad;

import jcuda.driver.CUfunction;

import java.util.ArrayList;
import java.util.List;

/** Layer normalization, row by row. */
final class LayerNormKernels {
    private static final String FILE = "layernorm";
    private static final int COLUMNS = 32;
    private static final int ROWS = 8;

    private LayerNormKernels() {}

    static void register(CudaKernelTable table) {
        table.add(LayerNorm.class, LayerNormKernels::forward);
        table.add(LayerNormGrad.class, LayerNormKernels::gradient);
    }

    private static Prepared forward(Engine engine, LayerNorm op) {
        long rows = op.x().shape().dim(0);
        int columns = op.x().shape().dim(1);
        if (op.x().size() == 0) {
            return ElementwiseKernels.nothing();
        }
        CUfunction f = engine.function(FILE, "layer_norm");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .value(op.x())
                        .value(op.gamma())
                        .value(op.beta())
                        .value(op.y())
                        .value(op.mean())
                        .value(op.variance())
                        .number(rows)
                        .integer(columns)
                        .real(op.epsilon())
                        .launch(f, engine.heldRows(rows, columns));
    }

    private static Prepared gradient(Engine engine, LayerNormGrad op) {
        long rows = op.x().shape().dim(0);
        int columns = op.x().shape().dim(1);
        if (op.x().size() == 0) {
            return ElementwiseKernels.nothing();
        }
        boolean weights = op.dgamma() != null || op.dbeta() != null;
        int tile = columns % 4 == 0 ? 4 * COLUMNS : COLUMNS;
        long tiles = (columns + tile - 1) / tile;
        long wanted = 4L * engine.gpu().multiprocessors() / tiles;
        int parts = (int) Math.max(1, Math.min(wanted, rows / 64));
        long half = WithWorkspace.floats((long) parts * columns);
        ReduceKernels.Columns merge = new ReduceKernels.Columns("sum", 1, parts, columns);
        return new WithWorkspace(
                weights ? 2 * half : 0,
                (buffers, workspace) -> {
                    List<Kernel> all = new ArrayList<>();
                    if (op.dx() != null) {
                        all.add(
                                engine.arguments(op, buffers)
                                        .value(op.x())
                                        .value(op.dy())
                                        .value(op.gamma())
                                        .value(op.mean())
                                        .value(op.variance())
                                        .value(op.dx())
                                        .number(rows)
                                        .integer(columns)
                                        .real(op.epsilon())
                                        .launch(
                                                engine.function(FILE, "layer_norm_grad"),
                                                engine.heldRows(rows, columns)));
                    }
                    if (weights) {
                        Arguments a =
                                engine.arguments(op, buffers)
                                        .value(op.x())
                                        .value(op.dy())
                                        .value(op.mean())
                                        .value(op.variance());
                        a = op.dgamma() == null ? a.absent() : a.address(workspace);
                        a = op.dbeta() == null ? a.absent() : a.address(workspace.plus(half));
                        all.add(
                                a.number(rows)
                                        .integers(columns, parts)
                                        .real(op.epsilon())
                                        .launch(
                                                engine.function(
                                                        FILE, "layer_norm_grad_weights_partial"),
                                                Launch.Grid.of(tiles, parts, 1, COLUMNS, ROWS)));
                    }
                    if (op.dgamma() != null) {
                        all.add(
                                merge.bind(
                                        () -> engine.arguments(op, buffers),
                                        engine,
                                        workspace,
                                        CudaBuffer.of(op.dgamma(), buffers).address(),
                                        null,
                                        1,
                                        1));
                    }
                    if (op.dbeta() != null) {
                        all.add(
                                merge.bind(
                                        () -> engine.arguments(op, buffers),
                                        engine,
                                        workspace.plus(half),
                                        CudaBuffer.of(op.dbeta(), buffers).address(),
                                        null,
                                        1,
                                        1));
                    }
                    return Sequence.of(all.toArray(Kernel[]::new));
                });
    }
}
