package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Concat;
import dev.thaw.op.Pad;
import dev.thaw.op.Slice;
import dev.thaw.op.Transpose;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import jcuda.driver.CUfunction;

import java.util.ArrayList;
import java.util.Arrays;
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
    private static int[] words(Shape shape, DType dtype) {
        int[] extents = shape.toArray();
        int words = wordsOf(dtype);
        return words == 1 ? extents : append(extents, words);
    }

    private static int wordsOf(DType dtype) {
        return dtype.bytes() / Integer.BYTES;
    }

    private static int[] append(int[] all, int last) {
        int[] longer = Arrays.copyOf(all, all.length + 1);
        longer[all.length] = last;
        return longer;
    }

    private static Prepared transpose(Engine engine, Transpose op) {
        Value y = op.y();
        int[] from = Axes.dense(words(op.x().shape(), y.dtype()));
        int[] extents = words(y.shape(), y.dtype());
        int[] strides = new int[extents.length];
        for (int i = 0; i < extents.length; i++) {
            strides[i] = from[i < op.order().size() ? op.order().get(i) : i];
        }
        Axes axes = Axes.merged(extents, strides, Axes.dense(extents));
        long n = y.size() * wordsOf(y.dtype());
        int[] tiles = tiles(axes);
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
                        .integers(axes.sixExtents())
                        .integers(axes.sixStrides(0))
                        .integers(axes.sixStrides(1))
                        .launch(f, engine.grid(n));
    }

    /** Batch, rows and columns of x, where all that happens is that each matrix is transposed. */
    private static int[] tiles(Axes axes) {
        int[] d = axes.extents();
        int[] x = axes.strides()[0];
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
                        words(op.x().shape(), y.dtype()),
                        words(y.shape(), y.dtype()),
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
        while (axes.size() < Axes.MOST) {
            axes.add(0, new int[] {1, 1, 0});
        }
        if (axes.size() > Axes.MOST) {
            throw new IllegalStateException(
                    "cuda: Pad works on at most %s axes, got %s".formatted(Axes.MOST, axes.size()));
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
        int[] from = words(op.x().shape(), y.dtype());
        int[] extents = words(y.shape(), y.dtype());
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
        int[] strides = Axes.dense(from);
        long first = 0;
        long n = 1;
        for (int i = 0; i < extents.length; i++) {
            first += (long) strides[i] * (i < begin.size() ? begin.get(i) : 0);
            n *= extents[i];
        }
        Axes axes = Axes.merged(extents, strides, Axes.dense(extents));
        a.address(x.plus(first * Integer.BYTES)).address(y);
        int last = axes.extents().length - 1;
        if (last <= 1 && (last < 0 || axes.strides()[0][last] == 1)) {
            long columns = last < 0 ? 1 : axes.extents()[last];
            long pitch = last < 1 ? columns : axes.strides()[0][0];
            a.number(n / columns).number(columns).number(pitch).number(columns);
            return a.launch(engine.function(FILE, "copy_rows"), engine.grid(n));
        }
        return a.number(n)
                .integers(axes.sixExtents())
                .integers(axes.sixStrides(0))
                .integers(axes.sixStrides(1))
                .launch(engine.function(FILE, "copy_box"), engine.grid(n));
    }

    private static Prepared concat(Engine engine, Concat op) {
        CUfunction f = engine.function(FILE, "copy_rows");
        long inner = wordsOf(op.y().dtype());
        long outer = 1;
        for (int i = 0; i < op.y().shape().rank(); i++) {
            if (i < op.axis()) {
                outer *= op.y().shape().dim(i);
            } else if (i > op.axis()) {
                inner *= op.y().shape().dim(i);
            }
        }
        long rows = outer;
        long width = inner;
        long pitch = width * op.y().shape().dim(op.axis());
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
