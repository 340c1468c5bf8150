package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

/**
 * Batch normalization by our own kernels, with what is fused into it. cuDNN's would need its
 * statistics undone: it saves an inverse deviation and keeps moving ones itself, and it has no
 * gradient on given statistics.
 */
final class BatchNormKernels {
    private static final String FILE = "batchnorm";
    private static final String GRADIENTS = "batchnorm_grad";

    private BatchNormKernels() {}

    static void register(CudaKernelTable table) {
        table.add(BatchNormTrain.class, BatchNormKernels::train);
        table.add(BatchNormInfer.class, BatchNormKernels::infer);
        table.add(BatchNormTrainGrad.class, BatchNormKernels::trainGrad);
        table.add(BatchNormInferGrad.class, BatchNormKernels::inferGrad);
    }

    /** x seen as [outer, channels, inner], and how its channels fall into parts. */
    private record Geometry(int outer, int channels, int inner, int parts, Launch.Grid grid) {
        private static final int THREADS = 512;

        /** As many blocks as run at once: the fewer parts there are, the sooner they are merged. */
        private static final int BLOCKS_PER_MULTIPROCESSOR = 2;

        /** Channels of a tile: a cache line of a row, and what the block that merges folds. */
        private static final int TILE = 32;

        /** Fewer elements of a channel are not worth a block. */
        private static final int LEAST = 128;

        private static final int LIMIT = 65535;

        static Geometry of(Engine engine, Value x, int axis) {
            int outer = 1;
            int inner = 1;
            for (int i = 0; i < x.shape().rank(); i++) {
                if (i < axis) {
                    outer *= x.shape().dim(i);
                } else if (i > axis) {
                    inner *= x.shape().dim(i);
                }
            }
            int channels = x.shape().dim(axis);
            int vector = channels % 4 == 0 ? 4 : 1;
            int bx =
                    inner == 1
                            ? powerOver((channels + vector - 1) / vector, TILE / vector)
                            : THREADS;
            int tiles = inner == 1 ? (channels + vector * bx - 1) / (vector * bx) : channels;
            long wanted = (long) BLOCKS_PER_MULTIPROCESSOR * engine.gpu().multiprocessors() / tiles;
            long n = (long) outer * inner;
            int parts = (int) Math.max(1, Math.min(Math.min(wanted, n / LEAST), LIMIT));
            int columns = Math.min(tiles, Engine.TICKETS);
            return new Geometry(
                    outer,
                    channels,
                    inner,
                    parts,
                    Launch.Grid.of(columns, parts, 1, bx, THREADS / bx));
        }

        private static int powerOver(int n, int most) {
            int p = 1;
            while (p < n && p < most) {
                p *= 2;
            }
            return p;
        }

        long total() {
            return (long) outer * channels * inner;
        }

        long partialBytes() {
            return WithWorkspace.floats(2L * parts * channels);
        }

        long coefficientBytes() {
            return WithWorkspace.floats(3L * channels);
        }

        /** Normalizes, for arguments that are all operands. */
        Kernel apply(Engine engine, Arguments a, Rectifier rectifier, double epsilon) {
            return a.number(total())
                    .integers(channels, inner)
                    .real(epsilon)
                    .launch(
                            engine.function(FILE, Epilogue.entry("bn_apply", rectifier)),
                            engine.vectors(total()));
        }

        /** Sums over the batch and what follows from them, for arguments that are all operands. */
        Kernel sums(Engine engine, Arguments a, Rectifier rectifier, double epsilon) {
            return a.integers(outer, channels, inner, parts)
                    .real(epsilon)
                    .launch(engine.function(GRADIENTS, Epilogue.entry("bn_grad", rectifier)), grid);
        }
    }

    private static Prepared train(Engine engine, BatchNormTrain op) {
        if (op.x().size() == 0) {
            return Dispatch.nothing();
        }
        Geometry g = Geometry.of(engine, op.x(), op.axis());
        return new WithWorkspace(
                g.partialBytes(),
                (buffers, workspace) ->
                        Sequence.of(
                                engine.arguments(op, buffers)
                                        .value(op.x())
                                        .address(workspace)
                                        .address(engine.tickets())
                                        .values(op.mean(), op.variance())
                                        .integers(g.outer(), g.channels(), g.inner(), g.parts())
                                        .launch(engine.function(FILE, "bn_statistics"), g.grid()),
                                g.apply(
                                        engine,
                                        engine.arguments(op, buffers)
                                                .values(op.x(), op.residual())
                                                .values(op.gamma(), op.beta())
                                                .values(op.mean(), op.variance(), op.y()),
                                        op.rectifier(),
                                        op.epsilon())));
    }

    private static Prepared infer(Engine engine, BatchNormInfer op) {
        Geometry g = Geometry.of(engine, op.x(), op.axis());
        return (buffers, workspace) ->
                g.apply(
                        engine,
                        engine.arguments(op, buffers)
                                .values(op.x(), op.residual())
                                .values(op.gamma(), op.beta())
                                .values(op.mean(), op.variance(), op.y()),
                        op.rectifier(),
                        op.epsilon());
    }

    private static Prepared trainGrad(Engine engine, BatchNormTrainGrad op) {
        if (op.x().size() == 0) {
            return Dispatch.nothing();
        }
        Geometry g = Geometry.of(engine, op.x(), op.axis());
        return new WithWorkspace(
                g.partialBytes() + g.coefficientBytes(),
                (buffers, workspace) ->
                        Sequence.gather(
                                all -> {
                                    DeviceAddress coefficients =
                                            op.dx() == null
                                                    ? null
                                                    : workspace.plus(g.partialBytes());
                                    all.add(
                                            g.sums(
                                                    engine,
                                                    engine.arguments(op, buffers)
                                                            .values(op.x(), op.y(), op.dy())
                                                            .value(op.mean())
                                                            .address(workspace)
                                                            .address(engine.tickets())
                                                            .values(op.gamma(), op.variance())
                                                            .values(op.dgamma(), op.dbeta())
                                                            .address(coefficients),
                                                    op.rectifier(),
                                                    op.epsilon()));
                                    if (op.dx() != null) {
                                        all.add(
                                                engine.arguments(op, buffers)
                                                        .values(op.x(), op.y(), op.dy())
                                                        .value(op.mean())
                                                        .address(coefficients)
                                                        .values(op.dx(), op.dresidual())
                                                        .number(g.total())
                                                        .integers(g.channels(), g.inner())
                                                        .launch(
                                                                engine.function(
                                                                        GRADIENTS,
                                                                        Epilogue.entry(
                                                                                "bn_grad_apply",
                                                                                op.rectifier())),
                                                                engine.vectors(g.total())));
                                    } else if (op.dresidual() != null) {
                                        all.add(
                                                Epilogue.passed(
                                                        engine,
                                                        engine.arguments(op, buffers)
                                                                .values(op.y(), op.dy())
                                                                .value(op.dresidual()),
                                                        g.total(),
                                                        op.rectifier()));
                                    }
                                }));
    }

    private static Prepared inferGrad(Engine engine, BatchNormInferGrad op) {
        if (op.x().size() == 0) {
            return Dispatch.nothing();
        }
        Geometry g = Geometry.of(engine, op.x(), op.axis());
        boolean weights = op.dgamma() != null || op.dbeta() != null;
        return new WithWorkspace(
                weights ? g.partialBytes() : 0,
                (buffers, workspace) ->
                        Sequence.gather(
                                all -> {
                                    if (weights) {
                                        all.add(
                                                g.sums(
                                                        engine,
                                                        engine.arguments(op, buffers)
                                                                .values(op.x(), op.y(), op.dy())
                                                                .value(op.mean())
                                                                .address(workspace)
                                                                .address(engine.tickets())
                                                                .values(op.gamma(), op.variance())
                                                                .values(op.dgamma(), op.dbeta())
                                                                .address(null),
                                                        op.rectifier(),
                                                        op.epsilon()));
                                    }
                                    if (op.dx() != null) {
                                        all.add(
                                                engine.arguments(op, buffers)
                                                        .values(op.y(), op.dy())
                                                        .values(op.gamma(), op.variance())
                                                        .values(op.dx(), op.dresidual())
                                                        .number(g.total())
                                                        .integers(g.channels(), g.inner())
                                                        .real(op.epsilon())
                                                        .launch(
                                                                engine.function(
                                                                        GRADIENTS,
                                                                        Epilogue.entry(
                                                                                "bn_infer_grad_apply",
                                                                                op.rectifier())),
                                                                engine.vectors(g.total())));
                                    } else if (op.dresidual() != null) {
                                        all.add(
                                                Epilogue.passed(
                                                        engine,
                                                        engine.arguments(op, buffers)
                                                                .values(op.y(), op.dy())
                                                                .value(op.dresidual()),
                                                        g.total(),
                                                        op.rectifier()));
                                    }
                                }));
    }
}
