package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.LayerNormGrad;

import jcuda.driver.CUfunction;

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
            return Dispatch.nothing();
        }
        CUfunction f = engine.function(FILE, "layer_norm");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.gamma(), op.beta(), op.y(), op.mean(), op.variance())
                        .number(rows)
                        .integer(columns)
                        .real(op.epsilon())
                        .launch(f, engine.heldRows(rows, columns));
    }

    private static Prepared gradient(Engine engine, LayerNormGrad op) {
        long rows = op.x().shape().dim(0);
        int columns = op.x().shape().dim(1);
        if (op.x().size() == 0) {
            return Dispatch.nothing();
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
                (buffers, workspace) ->
                        Sequence.gather(
                                all -> {
                                    if (op.dx() != null) {
                                        all.add(
                                                engine.arguments(op, buffers)
                                                        .values(
                                                                op.x(),
                                                                op.dy(),
                                                                op.gamma(),
                                                                op.mean(),
                                                                op.variance(),
                                                                op.dx())
                                                        .number(rows)
                                                        .integer(columns)
                                                        .real(op.epsilon())
                                                        .launch(
                                                                engine.function(
                                                                        FILE, "layer_norm_grad"),
                                                                engine.heldRows(rows, columns)));
                                    }
                                    DeviceAddress gamma = op.dgamma() == null ? null : workspace;
                                    DeviceAddress beta =
                                            op.dbeta() == null ? null : workspace.plus(half);
                                    if (weights) {
                                        all.add(
                                                engine.arguments(op, buffers)
                                                        .values(
                                                                op.x(),
                                                                op.dy(),
                                                                op.mean(),
                                                                op.variance())
                                                        .address(gamma)
                                                        .address(beta)
                                                        .number(rows)
                                                        .integers(columns, parts)
                                                        .real(op.epsilon())
                                                        .launch(
                                                                engine.function(
                                                                        FILE,
                                                                        "layer_norm_grad_weights_partial"),
                                                                Launch.Grid.of(
                                                                        tiles, parts, 1, COLUMNS,
                                                                        ROWS)));
                                    }
                                    if (gamma != null) {
                                        all.add(
                                                merge.whole(
                                                        engine,
                                                        engine.arguments(op, buffers),
                                                        gamma,
                                                        DeviceAddress.of(op.dgamma(), buffers)));
                                    }
                                    if (beta != null) {
                                        all.add(
                                                merge.whole(
                                                        engine,
                                                        engine.arguments(op, buffers),
                                                        beta,
                                                        DeviceAddress.of(op.dbeta(), buffers)));
                                    }
                                }));
    }
}
