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
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

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
    private static Shape box(Value v) {
        int perElement = v.dtype().bytes() / Integer.BYTES;
        return perElement == 1 ? v.shape() : v.shape().append(perElement);
    }

    private static int offset(List<Integer> begin, int[] strides) {
        int at = 0;
        for (int i = 0; i < begin.size(); i++) {
            at += begin.get(i) * strides[i];
        }
        return at;
    }

    private static Prepared reshape(Reshape op) {
        Shape all = box(op.x());
        return (buffers, workspace) ->
                MatMulKernels.address(op.x(), buffers) == MatMulKernels.address(op.y(), buffers)
                        ? () -> {}
                        : new BoxCopy(
                                Walk.merged(all, all.strides(), all.strides()),
                                cells(op.x(), buffers),
                                0,
                                cells(op.y(), buffers),
                                0);
    }

    private static Prepared slice(Slice op) {
        int[] large = box(op.x()).strides();
        Shape box = box(op.y());
        return (buffers, workspace) ->
                new BoxCopy(
                        Walk.merged(box, large, box.strides()),
                        cells(op.x(), buffers),
                        offset(op.begin(), large),
                        cells(op.y(), buffers),
                        0);
    }

    private static Prepared concat(Concat op) {
        int[] large = box(op.y()).strides();
        return (buffers, workspace) -> {
            List<Kernel> parts = new ArrayList<>();
            int at = 0;
            for (Value x : op.xs()) {
                Shape box = box(x);
                parts.add(
                        new BoxCopy(
                                Walk.merged(box, box.strides(), large),
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
        Shape box = box(op.x());
        Shape whole = box(op.y());
        int[] large = whole.strides();
        return (buffers, workspace) -> {
            IntBuffer y = cells(op.y(), buffers);
            List<Kernel> parts = new ArrayList<>();
            for (int axis = 0; axis < op.begin().size(); axis++) {
                int begin = op.begin().get(axis);
                int end = begin + box.dim(axis);
                if (begin > 0) {
                    parts.add(margin(axis, 0, begin, op.begin(), box, large, y));
                }
                if (end < whole.dim(axis)) {
                    parts.add(margin(axis, end, whole.dim(axis), op.begin(), box, large, y));
                }
            }
            parts.add(
                    new BoxCopy(
                            Walk.merged(box, box.strides(), large),
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
            int axis, int from, int to, List<Integer> begin, Shape box, int[] large, IntBuffer y) {
        int length = (to - from) * large[axis];
        int zeros = Math.max(1, Math.min(length, Tiles.SIZE));
        int at = offset(begin.subList(0, axis), large) + from * large[axis];
        IntBuffer source = IntBuffer.allocate(zeros);
        Shape rows = box.sub(0, axis).append(length / zeros).append(zeros);
        int[] still = new int[axis + 2];
        still[axis + 1] = 1;
        int[] steps = Arrays.copyOf(large, axis + 2);
        steps[axis] = zeros;
        steps[axis + 1] = 1;
        List<Kernel> parts = new ArrayList<>();
        parts.add(new BoxCopy(Walk.merged(rows, still, steps), source, 0, y, at));
        if (length % zeros != 0) {
            Shape rest = rows.withDim(axis, 1).withDim(axis + 1, length % zeros);
            int end = at + length / zeros * zeros;
            parts.add(new BoxCopy(Walk.merged(rest, still, steps), source, 0, y, end));
        }
        return inTurn(parts);
    }

    private static Prepared transpose(Transpose op) {
        Shape box = box(op.y());
        int[] to = box.strides();
        int[] source = box(op.x()).strides();
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
                            Walk.merged(box, from, to),
                            cells(op.x(), buffers),
                            0,
                            cells(op.y(), buffers),
                            0);
        }
        return reorder(op, box, from, to);
    }

    /** oneDNN's reorder transposes in blocks; from float32 to float32 it moves bits. */
    private static Prepared reorder(Transpose op, Shape box, int[] from, int[] to) {
        dnnl_memory_desc x = Dnnl.strided(longs(box.toArray()), longs(from));
        dnnl_memory_desc y = Dnnl.strided(longs(box.toArray()), longs(to));
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
