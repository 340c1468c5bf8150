package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Concat;
import dev.thaw.op.Pad;
import dev.thaw.op.Slice;
import dev.thaw.op.Transpose;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

import jcuda.driver.CUfunction;

import java.util.ArrayList;
import java.util.List;

/** Ops that move elements. The kernels move words of 4 bytes. */
final class ShapeKernels {
    private static final String FILE = "shape";

    /** Rows and columns that a block transposes at once, and its rows of threads. */
    private static final int TILE = 32;

    private static final int TILE_ROWS = 8;

    private ShapeKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Transpose.class, ShapeKernels::transpose);
        table.add(Pad.class, ShapeKernels::pad);
        table.add(Slice.class, ShapeKernels::slice);
        table.add(Concat.class, ShapeKernels::concat);
    }

    /** The extents of a shape in words: an element of 8 bytes is one more axis of 2. */
    private static Shape words(Value v) {
        int words = wordsOf(v.dtype());
        return words == 1 ? v.shape() : v.shape().append(words);
    }

    private static int wordsOf(DType dtype) {
        return dtype.bytes() / Integer.BYTES;
    }

    private static Prepared transpose(Engine engine, Transpose op) {
        Value y = op.y();
        Shape box = words(y);
        int[] own = words(op.x()).strides();
        int[] from = own.clone(); // the axis inside an element of 8 bytes stays
        for (int i = 0; i < op.order().size(); i++) {
            from[i] = own[op.order().get(i)];
        }
        Walk walk = Walk.merged(box, from, box.strides());
        long n = y.size() * wordsOf(y.dtype());
        int[] tiles = tiles(walk);
        if (tiles != null) {
            return (buffers, workspace) ->
                    tiles(
                            engine,
                            engine.arguments(op, buffers).values(op.x(), y),
                            tiles[0],
                            tiles[1],
                            tiles[2]);
        }
        CUfunction f = engine.function(FILE, "copy_box");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), y)
                        .number(n)
                        .walk(walk)
                        .launch(f, engine.grid(n));
    }

    /** Batch, rows and columns of x, where all that happens is that each matrix is transposed. */
    private static int[] tiles(Walk walk) {
        int[] d = walk.extents();
        int[] x = walk.strides()[0];
        int last = d.length - 1;
        if (last < 1 || last > 2 || x[last - 1] != 1 || x[last] != d[last - 1]) {
            return null;
        }
        if (last == 2 && x[0] != d[1] * d[2]) {
            return null;
        }
        return new int[] {last == 2 ? d[0] : 1, d[last], d[last - 1]};
    }

    /** y[b, c, r] = x[b, r, c], for arguments that begin with x and y. */
    static Kernel tiles(Engine engine, Arguments a, int batch, int rows, int columns) {
        return a.integers(batch, rows, columns)
                .launch(
                        engine.function(FILE, "transpose_tiles"),
                        Launch.Grid.of(
                                (columns + TILE - 1) / TILE,
                                (rows + TILE - 1) / TILE,
                                batch,
                                TILE,
                                TILE_ROWS));
    }

    private static Prepared pad(Engine engine, Pad op) {
        Value y = op.y();
        return (buffers, workspace) ->
                pad(
                        engine,
                        engine.arguments(op, buffers).values(op.x(), y),
                        words(op.x()).toArray(),
                        words(y).toArray(),
                        op.begin());
    }

    /** The same for arguments that begin with x and y, of these extents in words. */
    static Kernel pad(Engine engine, Arguments a, int[] x, int[] y, List<Integer> begin) {
        List<int[]> axes = new ArrayList<>(); // extents of y and x, and where x begins
        long n = 1;
        for (int i = 0; i < y.length; i++) {
            n *= y[i];
            int at = i < begin.size() ? begin.get(i) : 0;
            if (!axes.isEmpty() && x[i] == y[i] && at == 0) {
                int[] outer = axes.get(axes.size() - 1);
                for (int k = 0; k < 3; k++) {
                    outer[k] *= y[i];
                }
            } else {
                axes.add(new int[] {y[i], x[i], at});
            }
        }
        while (axes.size() < Arguments.MOST_AXES) {
            axes.add(0, new int[] {1, 1, 0});
        }
        if (axes.size() > Arguments.MOST_AXES) {
            throw new IllegalStateException(
                    "cuda: Pad works on at most %s axes, got %s"
                            .formatted(Arguments.MOST_AXES, axes.size()));
        }
        a.number(n);
        for (int k = 0; k < 3; k++) {
            for (int[] axis : axes) {
                a.integer(axis[k]);
            }
        }
        return a.launch(engine.function(FILE, "pad"), engine.grid(n));
    }

    private static Prepared slice(Engine engine, Slice op) {
        Value y = op.y();
        int[] from = words(op.x()).toArray();
        int[] extents = words(y).toArray();
        return (buffers, workspace) ->
                slice(
                        engine,
                        engine.arguments(op, buffers),
                        DeviceAddress.of(op.x(), buffers),
                        DeviceAddress.of(y, buffers),
                        from,
                        extents,
                        op.begin());
    }

    /** Copies a box of x, of these extents in words, that begins here. */
    static Kernel slice(
            Engine engine,
            Arguments a,
            DeviceAddress x,
            DeviceAddress y,
            int[] from,
            int[] extents,
            List<Integer> begin) {
        int[] strides = Shape.of(from).strides();
        long first = 0;
        for (int i = 0; i < begin.size(); i++) {
            first += (long) strides[i] * begin.get(i);
        }
        Shape box = Shape.of(extents);
        long n = box.size();
        Walk walk = Walk.merged(box, strides, box.strides());
        a.address(x.plus(first * Integer.BYTES)).address(y);
        int last = walk.rank() - 1;
        if (last <= 1 && (last < 0 || walk.stride(0, last) == 1)) {
            long columns = last < 0 ? 1 : walk.extents()[last];
            long pitch = last < 1 ? columns : walk.stride(0, 0);
            a.number(n / columns).number(columns).number(pitch).number(columns);
            return a.launch(engine.function(FILE, "copy_rows"), engine.grid(n));
        }
        return a.number(n).walk(walk).launch(engine.function(FILE, "copy_box"), engine.grid(n));
    }

    private static Prepared concat(Engine engine, Concat op) {
        CUfunction f = engine.function(FILE, "copy_rows");
        Shape y = op.y().shape();
        long rows = y.size(0, op.axis());
        long width = y.size(op.axis() + 1, y.rank()) * wordsOf(op.y().dtype());
        long pitch = width * y.dim(op.axis());
        return (buffers, workspace) -> {
            List<Kernel> copies = new ArrayList<>();
            long at = 0;
            for (Value x : op.xs()) {
                long columns = width * x.shape().dim(op.axis());
                if (rows * columns > 0) {
                    copies.add(
                            engine.arguments(op, buffers)
                                    .value(x)
                                    .element(op.y(), at / wordsOf(op.y().dtype()))
                                    .number(rows)
                                    .number(columns)
                                    .number(columns)
                                    .number(pitch)
                                    .launch(f, engine.grid(rows * columns)));
                }
                at += columns;
            }
            return Sequence.of(copies.toArray(Kernel[]::new));
        };
    }
}
