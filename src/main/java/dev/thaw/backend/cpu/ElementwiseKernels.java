package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Broadcast;
import dev.thaw.op.Fill;
import dev.thaw.tensor.Shape;

import org.bytedeco.dnnl.dnnl_memory_desc;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Arithmetic on one or two operands. oneDNN's binary primitive takes the large dense cases, two to
 * three times as fast as Java; the rest is as fast in Java, for every way of broadcasting, and a
 * NaN stays one in MAX and MIN.
 */
final class ElementwiseKernels {
    /** Elements from which oneDNN's half microsecond per call is worth it. */
    private static final int CALL_PAYS = 4096;

    /** Columns from which oneDNN's loop over a row is fast. */
    private static final int LONG_ROW = 64;

    /** One-thread speed of oneDNN's binary primitive. */
    private static final double FLOATS_PER_NS = 6;

    private static final int NO_ALGORITHM = -1;

    private ElementwiseKernels() {}

    static void register(KernelTable table) {
        table.add(Binary.class, ElementwiseKernels::binary);
        table.add(Broadcast.class, ElementwiseKernels::broadcast);
        table.add(Affine.class, ElementwiseKernels::affine);
        table.add(Fill.class, ElementwiseKernels::fill);
    }

    /** y = f(a, b) for the first n elements. */
    @FunctionalInterface
    private interface Loop {
        void run(float[] a, float[] b, float[] y, int n);
    }

    private static Prepared binary(Binary op) {
        int algorithm =
                switch (op.function()) {
                    case ADD -> dnnl_binary_add;
                    case SUB -> dnnl_binary_sub;
                    case MUL -> dnnl_binary_mul;
                    case DIV -> dnnl_binary_div;
                    case MAX, MIN, AT_LEAST -> NO_ALGORITHM;
                };
        Shape whole = op.y().shape();
        if (algorithm != NO_ALGORITHM
                && whole.size() >= CALL_PAYS
                && op.a().shape().equals(whole)) {
            if (op.b().shape().equals(whole)) {
                return rows(op, algorithm, 1, whole.size(), whole.size());
            }
            if (whole.last() >= LONG_ROW && op.b().shape().equals(whole.withDim(-1, 1))) {
                return rows(op, algorithm, op.b().size(), whole.last(), 1);
            }
        }
        return java(op);
    }

    /** y[r, c] = a[r, c] (op) b[r, c], or b[r, 0]. */
    private static Prepared rows(Binary op, int algorithm, long rows, long columns, long ofB) {
        dnnl_memory_desc a = Dnnl.dense(rows, columns);
        dnnl_memory_desc b = Dnnl.dense(rows, ofB);
        dnnl_memory_desc y = Dnnl.dense(rows, columns);
        Primitive p =
                new Primitive(
                        "binary",
                        Dnnl.threads(rows * (double) columns / FLOATS_PER_NS),
                        (pd, attr) ->
                                dnnl_binary_primitive_desc_create(
                                        pd, Dnnl.get().engine(), algorithm, a, b, y, attr),
                        a,
                        b,
                        y);
        return new MatMulKernels.OneCall(
                p,
                buffers ->
                        List.of(
                                MatMulKernels.arg(DNNL_ARG_SRC_0, op.a(), buffers),
                                MatMulKernels.arg(DNNL_ARG_SRC_1, op.b(), buffers),
                                MatMulKernels.arg(DNNL_ARG_DST, op.y(), buffers)));
    }

    private static Prepared java(Binary op) {
        Sweep sweep = new Sweep(op.y().shape(), op.a().shape(), op.b().shape());
        Loop loop = loop(op.function());
        return (buffers, workspace) ->
                new Combination(
                        sweep,
                        loop,
                        sweep.operand(0).staged(Tiles.floats(op.a(), buffers)),
                        sweep.operand(1).staged(Tiles.floats(op.b(), buffers)),
                        Tiles.floats(op.y(), buffers));
    }

    /** Two operands, block by block. */
    private static final class Combination implements Kernel {
        private final Sweep sweep;
        private final Loop loop;
        private final Sweep.Staged a;
        private final Sweep.Staged b;
        private final FloatBuffer y;
        private final float[][] results = Tiles.perSlot();
        private final Workers.Part part = this::part;

        Combination(Sweep sweep, Loop loop, Sweep.Staged a, Sweep.Staged b, FloatBuffer y) {
            this.sweep = sweep;
            this.loop = loop;
            this.a = a;
            this.b = b;
            this.y = y;
        }

        @Override
        public void launch() {
            sweep.run(Tiles.GRAIN, part);
        }

        private void part(int slot, int from, int to) {
            a.begin(slot);
            b.begin(slot);
            float[] result = results[slot];
            for (int block = from; block < to; block++) {
                int n = sweep.length(block);
                loop.run(a.block(slot, block, n), b.block(slot, block, n), result, n);
                y.put(sweep.at(block), result, 0, n);
            }
        }
    }

    private static Loop loop(Binary.Function function) {
        return switch (function) {
            case ADD -> ElementwiseKernels::add;
            case SUB -> ElementwiseKernels::subtract;
            case MUL -> ElementwiseKernels::multiply;
            case DIV -> ElementwiseKernels::divide;
            case MAX -> ElementwiseKernels::maximum;
            case MIN -> ElementwiseKernels::minimum;
            case AT_LEAST -> ElementwiseKernels::atLeast;
        };
    }

    private static void add(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] + b[i];
        }
    }

    private static void subtract(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] - b[i];
        }
    }

    private static void multiply(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] * b[i];
        }
    }

    private static void divide(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] / b[i];
        }
    }

    private static void maximum(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Math.max(a[i], b[i]);
        }
    }

    private static void minimum(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Math.min(a[i], b[i]);
        }
    }

    private static void atLeast(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            // as a whole number, which the JVM chooses without a jump
            y[i] = a[i] >= b[i] ? 1 : 0;
        }
    }

    private static Prepared broadcast(Broadcast op) {
        Sweep sweep = new Sweep(op.y().shape(), op.x().shape());
        float scale = (float) op.scale();
        return (buffers, workspace) -> {
            Sweep.Staged x = sweep.operand(0).staged(Tiles.floats(op.x(), buffers));
            FloatBuffer y = Tiles.floats(op.y(), buffers);
            float[][] results = Tiles.perSlot();
            Workers.Part part =
                    (slot, from, to) -> {
                        x.begin(slot);
                        for (int block = from; block < to; block++) {
                            int n = sweep.length(block);
                            affine(x.block(slot, block, n), results[slot], n, scale, 0);
                            y.put(sweep.at(block), results[slot], 0, n);
                        }
                    };
            return () -> sweep.run(Tiles.GRAIN, part);
        };
    }

    private static Prepared affine(Affine op) {
        int size = Math.toIntExact(op.y().size());
        float scale = (float) op.scale();
        float shift = (float) op.shift();
        return (buffers, workspace) ->
                Tiles.map(
                        size,
                        null,
                        Tiles.floats(op.x(), buffers),
                        Tiles.floats(op.y(), buffers),
                        (beside, x, n) -> affine(x, x, n, scale, shift));
    }

    private static void affine(float[] x, float[] y, int n, float scale, float shift) {
        for (int i = 0; i < n; i++) {
            y[i] = scale * x[i] + shift;
        }
    }

    private static Prepared fill(Fill op) {
        int size = Math.toIntExact(op.y().size());
        return (buffers, workspace) -> {
            FloatBuffer y = Tiles.floats(op.y(), buffers);
            float[] tile = new float[Tiles.SIZE];
            Arrays.fill(tile, (float) op.value());
            Workers.Part part =
                    (slot, from, to) -> {
                        for (int at = from; at < to; at += Tiles.SIZE) {
                            y.put(at, tile, 0, Math.min(Tiles.SIZE, to - at));
                        }
                    };
            return () -> Workers.run(size, Tiles.GRAIN, Tiles.SIZE, part);
        };
    }
}
