package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Accumulate;
import dev.thaw.op.BiasGrad;
import dev.thaw.op.Reduce;
import dev.thaw.op.ReduceMaxGrad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Walk;

import jcuda.driver.CUfunction;

import java.util.function.Function;
import java.util.function.Supplier;

/** Sums, means and maxima. */
final class ReduceKernels {
    private static final String FILE = "reduce";

    /** Columns and rows of threads of a block that folds columns. */
    private static final int COLUMNS = 32;

    private static final int ROWS = 8;

    /** A row so long that one block would take too long for it, and the least piece of it. */
    private static final long LONG_ROW = 1 << 16;

    private static final long PIECE = 1 << 13;

    private ReduceKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Reduce.class, ReduceKernels::reduce);
        table.add(ReduceMaxGrad.class, ReduceKernels::maxGrad);
        table.add(BiasGrad.class, ReduceKernels::biasGrad);
        table.add(Accumulate.class, ReduceKernels::accumulate);
    }

    private static Prepared reduce(Engine engine, Reduce op) {
        String kind = op.function() == Reduce.Function.MAX ? "max" : "sum";
        double scale = op.function() == Reduce.Function.MEAN ? 1.0 / op.count() : 1;
        AxisGroups g = AxisGroups.of(op.x().shape(), op.y().shape());
        int n = g.count();
        boolean lastReduced = n > 0 && g.reduced(n - 1);
        if (n == 0 || n == 1 && !lastReduced) {
            CUfunction f = engine.function("elementwise", "affine");
            return (buffers, workspace) ->
                    engine.arguments(op, buffers)
                            .values(op.x(), op.y())
                            .number(op.y().size())
                            .real(scale)
                            .real(0)
                            .launch(f, engine.grid(op.y().size()));
        }
        if (n <= 2 && lastReduced) {
            return rows(engine, op, kind, scale, n == 2 ? g.extent(0) : 1, g.extent(n - 1));
        }
        if (n <= 3 && !lastReduced) {
            Columns columns =
                    new Columns(kind, n == 3 ? g.extent(0) : 1, g.extent(n - 2), g.extent(n - 1));
            int parts = columns.parts(engine);
            return new WithWorkspace(
                    columns.workspace(parts),
                    (buffers, workspace) ->
                            columns.bind(
                                    engine,
                                    () -> engine.arguments(op, buffers),
                                    DeviceAddress.of(op.x(), buffers),
                                    DeviceAddress.of(op.y(), buffers),
                                    workspace,
                                    parts,
                                    scale));
        }
        CUfunction f = engine.function(FILE, "reduce_" + kind);
        return (buffers, workspace) ->
                g.append(
                                engine.arguments(op, buffers)
                                        .values(op.x(), op.y())
                                        .number(op.y().size())
                                        .number(op.count()))
                        .real(scale)
                        .launch(f, engine.rows(op.y().size(), op.count()));
    }

    private static Prepared rows(
            Engine engine, Reduce op, String kind, double scale, long rows, long columns) {
        CUfunction whole = engine.function(FILE, "reduce_rows_" + kind);
        if (columns < LONG_ROW || rows >= engine.most()) {
            return (buffers, workspace) ->
                    engine.arguments(op, buffers)
                            .values(op.x(), op.y())
                            .number(rows)
                            .number(columns)
                            .real(scale)
                            .launch(whole, engine.rows(rows, columns));
        }
        CUfunction pieces = engine.function(FILE, "reduce_rows_" + kind + "_partial");
        int parts = (int) Math.min(columns / PIECE, Math.max(1, engine.most() / rows));
        return new WithWorkspace(
                WithWorkspace.floats(rows * parts),
                (buffers, workspace) ->
                        Sequence.of(
                                engine.arguments(op, buffers)
                                        .value(op.x())
                                        .address(workspace)
                                        .number(rows)
                                        .number(columns)
                                        .integer(parts)
                                        .launch(pieces, Launch.Grid.of(rows, parts, 1, 256, 1)),
                                engine.arguments(op, buffers)
                                        .address(workspace)
                                        .value(op.y())
                                        .number(rows)
                                        .number(parts)
                                        .real(scale)
                                        .launch(whole, engine.rows(rows, parts))));
    }

    /** y[o, c] = fold over r of x[o, r, c]: at once, or in pieces whose results are folded. */
    record Columns(String kind, long outer, long rows, long columns) {
        private long tiles() {
            return (columns + COLUMNS - 1) / COLUMNS;
        }

        int parts(Engine engine) {
            long wanted = 4L * engine.gpu().multiprocessors() / Math.max(1, tiles() * outer);
            return (int) Math.max(1, Math.min(wanted, rows / 64));
        }

        long workspace(int parts) {
            return parts == 1 ? 0 : WithWorkspace.floats(outer * parts * columns);
        }

        /** In so many parts, each launch with arguments of its own. */
        Kernel bind(
                Engine engine,
                Supplier<Arguments> arguments,
                DeviceAddress x,
                DeviceAddress y,
                DeviceAddress workspace,
                int parts,
                double scale) {
            if (parts == 1) {
                return whole(engine, arguments.get(), x, y, scale);
            }
            CUfunction f = engine.function(FILE, "reduce_columns_" + kind + "_partial");
            Kernel pieces =
                    arguments
                            .get()
                            .address(x)
                            .address(workspace)
                            .number(outer)
                            .number(rows)
                            .number(columns)
                            .integer(parts)
                            .launch(f, Launch.Grid.of(tiles(), outer, parts, COLUMNS, ROWS));
            Columns ofParts = new Columns(kind, outer, parts, columns);
            return Sequence.of(pieces, ofParts.whole(engine, arguments.get(), workspace, y, scale));
        }

        /** At once, as partial results are. */
        Kernel whole(Engine engine, Arguments a, DeviceAddress x, DeviceAddress y) {
            return whole(engine, a, x, y, 1);
        }

        private Kernel whole(
                Engine engine, Arguments a, DeviceAddress x, DeviceAddress y, double scale) {
            return a.address(x)
                    .address(y)
                    .number(outer)
                    .number(rows)
                    .number(columns)
                    .real(scale)
                    .launch(
                            engine.function(FILE, "reduce_columns_" + kind),
                            Launch.Grid.of(tiles(), outer, 1, COLUMNS, ROWS));
        }
    }

    private static Prepared maxGrad(Engine engine, ReduceMaxGrad op) {
        long groups = op.y().size();
        AxisGroups g = AxisGroups.of(op.x().shape(), op.y().shape());
        Walk walk = Walk.over(op.x().shape(), op.y().shape());
        CUfunction share = engine.function(FILE, "reduce_max_share");
        CUfunction grad = engine.function(FILE, "reduce_max_grad");
        long count = op.x().size() / groups;
        return new WithWorkspace(
                WithWorkspace.floats(groups),
                (buffers, workspace) ->
                        Sequence.of(
                                g.append(
                                                engine.arguments(op, buffers)
                                                        .values(op.x(), op.y(), op.dy())
                                                        .address(workspace)
                                                        .number(groups)
                                                        .number(count))
                                        .launch(share, engine.rows(groups, count)),
                                engine.arguments(op, buffers)
                                        .values(op.x(), op.y())
                                        .address(workspace)
                                        .value(op.dx())
                                        .number(op.dx().size())
                                        .walk(walk)
                                        .launch(grad, engine.grid(op.dx().size()))));
    }

    private static Prepared biasGrad(Engine engine, BiasGrad op) {
        long columns = op.db().size();
        Columns fold = new Columns("sum", 1, op.dy().size() / columns, columns);
        int parts = fold.parts(engine);
        return new WithWorkspace(
                fold.workspace(parts),
                (buffers, workspace) ->
                        fold.bind(
                                engine,
                                () -> engine.arguments(op, buffers),
                                DeviceAddress.of(op.dy(), buffers),
                                DeviceAddress.of(op.db(), buffers),
                                workspace,
                                parts,
                                1));
    }

    private static Prepared accumulate(Engine engine, Accumulate op) {
        long n = op.x().size();
        CUfunction add = engine.function(FILE, "accumulate");
        if (n <= LONG_ROW) {
            return (buffers, workspace) ->
                    add(engine, op, buffers, add, DeviceAddress.of(op.x(), buffers), n);
        }
        CUfunction pieces = engine.function(FILE, "reduce_rows_sum_partial");
        int parts = (int) Math.min(n / PIECE, engine.most());
        return new WithWorkspace(
                WithWorkspace.floats(parts),
                (buffers, workspace) ->
                        Sequence.of(
                                engine.arguments(op, buffers)
                                        .value(op.x())
                                        .address(workspace)
                                        .number(1)
                                        .number(n)
                                        .integer(parts)
                                        .launch(pieces, Launch.Grid.of(1, parts, 1, 256, 1)),
                                add(engine, op, buffers, add, workspace, parts)));
    }

    private static Kernel add(
            Engine engine,
            Accumulate op,
            Function<Value, Buffer> buffers,
            CUfunction add,
            DeviceAddress x,
            long n) {
        return engine.arguments(op, buffers)
                .value(op.total())
                .address(x)
                .number(n)
                .real(op.scale())
                .launch(add, Launch.Grid.of(1, 256));
    }
}
