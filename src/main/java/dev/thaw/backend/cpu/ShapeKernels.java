package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Concat;
import dev.thaw.op.Pad;
import dev.thaw.op.Reshape;
import dev.thaw.op.Slice;
import dev.thaw.op.StopGradient;
import dev.thaw.op.Transpose;
import dev.thaw.op.Value;

import org.bytedeco.dnnl.dnnl_memory_desc;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Ops that move elements: they move cells of 4 bytes, of which an INT64 has two. */
final class ShapeKernels {
    /** Cells of a row from which row copies are as fast as oneDNN's reorder. */
    private static final int LONG_ROW = 16;

    /** One-thread speed of oneDNN's reorder. */
    private static final double CELLS_PER_NS = 2;

    private ShapeKernels() {}

    static void register(KernelTable table) {
        table.add(Reshape.class, ShapeKernels::reshape);
        table.add(StopGradient.class, op -> reshape(new Reshape(op.x(), op.y())));
        table.add(Transpose.class, ShapeKernels::transpose);
        table.add(Pad.class, ShapeKernels::pad);
        table.add(Slice.class, ShapeKernels::slice);
        table.add(Concat.class, ShapeKernels::concat);
    }

    private static IntBuffer cells(Value v, Function<Value, Buffer> buffers) {
        return ((CpuBuffer) buffers.apply(v)).ints();
    }

    /** The extents of a value in cells: an INT64 gets an axis of two more. */
    private static int[] extents(Value v) {
        int[] d = v.shape().toArray();
        int perElement = v.dtype().bytes() / Integer.BYTES;
        if (perElement == 1) {
            return d;
        }
        int[] more = Arrays.copyOf(d, d.length + 1);
        more[d.length] = perElement;
        return more;
    }

    private static int[] strides(int[] extents) {
        int[] strides = new int[extents.length];
        int s = 1;
        for (int i = extents.length - 1; i >= 0; i--) {
            strides[i] = s;
            s = Math.multiplyExact(s, extents[i]);
        }
        return strides;
    }

    private static int offset(List<Integer> begin, int[] strides) {
        int at = 0;
        for (int i = 0; i < begin.size(); i++) {
            at += begin.get(i) * strides[i];
        }
        return at;
    }

    private static List<BoxCopy.Axis> box(int[] extents, int[] from, int[] to) {
        List<BoxCopy.Axis> axes = new ArrayList<>();
        for (int i = 0; i < extents.length; i++) {
            axes.add(new BoxCopy.Axis(extents[i], from[i], to[i]));
        }
        return axes;
    }

    private static Prepared reshape(Reshape op) {
        int[] all = extents(op.x());
        return (buffers, workspace) ->
                MatMulKernels.address(op.x(), buffers) == MatMulKernels.address(op.y(), buffers)
                        ? () -> {}
                        : new BoxCopy(
                                box(all, strides(all), strides(all)),
                                cells(op.x(), buffers),
                                0,
                                cells(op.y(), buffers),
                                0);
    }

    private static Prepared slice(Slice op) {
        int[] large = strides(extents(op.x()));
        int[] box = extents(op.y());
        return (buffers, workspace) ->
                new BoxCopy(
                        box(box, large, strides(box)),
                        cells(op.x(), buffers),
                        offset(op.begin(), large),
                        cells(op.y(), buffers),
                        0);
    }

    private static Prepared concat(Concat op) {
        int[] large = strides(extents(op.y()));
        return (buffers, workspace) -> {
            List<Kernel> parts = new ArrayList<>();
            int at = 0;
            for (Value x : op.xs()) {
                int[] box = extents(x);
                parts.add(
                        new BoxCopy(
                                box(box, strides(box), large),
                                cells(x, buffers),
                                0,
                                cells(op.y(), buffers),
                                at));
                at += x.shape().dim(op.axis()) * large[op.axis()];
            }
            return inTurn(parts);
        };
    }

    private static Kernel inTurn(List<Kernel> kernels) {
        Kernel[] all = kernels.toArray(Kernel[]::new);
        return () -> {
            for (Kernel k : all) {
                k.launch();
            }
        };
    }

    private static Prepared pad(Pad op) {
        int[] box = extents(op.x());
        int[] whole = extents(op.y());
        int[] large = strides(whole);
        return (buffers, workspace) -> {
            IntBuffer y = cells(op.y(), buffers);
            List<Kernel> parts = new ArrayList<>();
            for (int axis = 0; axis < op.begin().size(); axis++) {
                int begin = op.begin().get(axis);
                int end = begin + box[axis];
                if (begin > 0) {
                    parts.add(margin(axis, 0, begin, op.begin(), box, large, y));
                }
                if (end < whole[axis]) {
                    parts.add(margin(axis, end, whole[axis], op.begin(), box, large, y));
                }
            }
            parts.add(
                    new BoxCopy(
                            box(box, strides(box), large),
                            cells(op.x(), buffers),
                            0,
                            y,
                            offset(op.begin(), large)));
            return inTurn(parts);
        };
    }

    /**
     * Zeros where an axis is in [from, to), the axes before it are where x is, and those behind it
     * are anywhere.
     */
    private static Kernel margin(
            int axis, int from, int to, List<Integer> begin, int[] box, int[] large, IntBuffer y) {
        int length = (to - from) * large[axis];
        List<BoxCopy.Axis> axes = new ArrayList<>();
        for (int i = 0; i < axis; i++) {
            axes.add(new BoxCopy.Axis(box[i], 0, large[i]));
        }
        int zeros = Math.max(1, Math.min(length, Tiles.SIZE));
        int at = offset(begin.subList(0, axis), large) + from * large[axis];
        List<Kernel> parts = new ArrayList<>();
        axes.add(new BoxCopy.Axis(length / zeros, 0, zeros));
        axes.add(new BoxCopy.Axis(zeros, 1, 1));
        IntBuffer source = IntBuffer.allocate(zeros);
        parts.add(new BoxCopy(axes, source, 0, y, at));
        if (length % zeros != 0) {
            axes.subList(axis, axis + 2).clear();
            axes.add(new BoxCopy.Axis(length % zeros, 1, 1));
            parts.add(new BoxCopy(axes, source, 0, y, at + length / zeros * zeros));
        }
        return inTurn(parts);
    }

    private static Prepared transpose(Transpose op) {
        int[] box = extents(op.y());
        int[] to = strides(box);
        int[] source = strides(extents(op.x()));
        int[] from = source.clone(); // the axis inside an INT64 stays
        for (int i = 0; i < op.order().size(); i++) {
            from[i] = source[op.order().get(i)];
        }
        int kept = op.order().size();
        int row = 1;
        while (kept > 0 && op.order().get(kept - 1) == kept - 1) {
            row *= op.y().shape().dim(--kept);
        }
        boolean wide = op.y().dtype().bytes() != Float.BYTES;
        if (kept == 0 || row >= LONG_ROW || wide || op.y().size() == 0) {
            return (buffers, workspace) ->
                    new BoxCopy(
                            box(box, from, to),
                            cells(op.x(), buffers),
                            0,
                            cells(op.y(), buffers),
                            0);
        }
        return reorder(op, box, from, to);
    }

    /** oneDNN's reorder transposes in blocks; from float32 to float32 it moves bits. */
    private static Prepared reorder(Transpose op, int[] box, int[] from, int[] to) {
        dnnl_memory_desc x = Dnnl.strided(longs(box), longs(from));
        dnnl_memory_desc y = Dnnl.strided(longs(box), longs(to));
        Primitive p =
                new Primitive(
                        "transpose",
                        Dnnl.threads(op.y().size() / CELLS_PER_NS),
                        (pd, attr) ->
                                dnnl_reorder_primitive_desc_create(
                                        pd, x, Dnnl.get().engine(), y, Dnnl.get().engine(), attr),
                        x,
                        y);
        return new MatMulKernels.OneCall(
                p,
                buffers ->
                        List.of(
                                MatMulKernels.arg(DNNL_ARG_FROM, op.x(), buffers),
                                MatMulKernels.arg(DNNL_ARG_TO, op.y(), buffers)));
    }

    private static long[] longs(int[] numbers) {
        long[] l = new long[numbers.length];
        Arrays.setAll(l, i -> numbers[i]);
        return l;
    }
}
