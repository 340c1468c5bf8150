package dev.thaw.conformance;

import dev.thaw.op.Accumulate;
import dev.thaw.op.ArgMax;
import dev.thaw.op.Gather;
import dev.thaw.op.Guard;
import dev.thaw.op.OneHot;
import dev.thaw.op.Softmax;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

abstract class LossConformance extends Conformance {
    private static final List<Shape> ROWS =
            List.of(
                    Shape.of(1, 1),
                    Shape.of(7, 1),
                    Shape.of(1, 17),
                    Shape.of(3, 7),
                    Shape.of(33, 10),
                    Shape.of(71, 1000),
                    Shape.of(2, 40_009),
                    // rows that 16 bytes divide: of a warp, of a block, too long for registers
                    Shape.of(9, 4),
                    Shape.of(9, 36),
                    Shape.of(5, 132),
                    Shape.of(3, 1024),
                    Shape.of(3, 1028),
                    Shape.of(2, 4100),
                    Shape.of(2, 8196),
                    // and that they do not, about where a block takes the place of a warp
                    Shape.of(3, 255),
                    Shape.of(3, 257),
                    Shape.of(2, 2049));

    /** The largest logit that the cases draw. */
    private static final double LARGEST = 8;

    static void softmax(Draft d, Shape s) {
        Value x = d.uniform("x", s, -LARGEST, LARGEST);
        Value y = d.temp("y", s);
        d.emit(new Softmax(x, y));
        d.fetchWithGradients(y, Tolerance.SOFTMAX, Tolerance.SOFTMAX, x);
    }

    static void crossEntropy(Draft d, Shape s, Value target) {
        Value z = d.uniform("z", s, -LARGEST, LARGEST);
        Value loss = d.temp("loss", Shape.of(s.dim(0)));
        d.emit(new SoftmaxCrossEntropy(z, target, loss));
        // targets sum to at most 2; each term is at most the spread of the logits
        Tolerance t = Tolerance.crossEntropy(s.dim(1), 2 * 2 * LARGEST);
        d.fetchWithGradients(loss, t, Tolerance.SOFTMAX, z);
    }

    /** Soft targets that sum to anything in [0, 2]. */
    static void soft(Draft d, Shape s) {
        crossEntropy(d, s, d.uniform("t", s, 0, 2.0 / s.dim(1)));
    }

    static void sparse(Draft d, Shape s) {
        crossEntropy(d, s, d.classes("t", s.dim(0), s.dim(1)));
    }

    /** Logits whose exponentials overflow: the loss is 0 or 2000 and nothing is NaN. */
    private static void confident(Draft d) {
        Value z = d.input("z", Tensor.of(new float[] {1000, -1000, 0, 1000, -1000, 0}, 2, 3));
        Value t = d.input("t", Tensor.of(new int[] {0, 1}));
        Value loss = d.temp("loss", Shape.of(2));
        d.emit(new SoftmaxCrossEntropy(z, t, loss));
        Value y = d.temp("y", z.shape());
        d.emit(new Softmax(z, y));
        d.fetch(y, Tolerance.SOFTMAX);
        d.fetchWithGradients(loss, Tolerance.ARITHMETIC, Tolerance.SOFTMAX, z);
    }

    private static void argMax(Draft d, Value x) {
        Value y = d.temp("y", Shape.of(x.shape().dim(0)), DType.INT32);
        d.emit(new ArgMax(x, y));
        d.fetch(y, Tolerance.EXACT);
    }

    private static void oneHot(Draft d, Shape s) {
        Value y = d.temp("y", s);
        d.emit(new OneHot(d.classes("classes", s.dim(0), s.dim(1)), y));
        d.fetch(y, Tolerance.EXACT);
    }

    /** A table of the shape and as many random indices of this type; some mean no row. */
    static void gather(Draft d, Shape table, int rows, DType type) {
        Value from = d.normal("table", table);
        int count = table.dim(0);
        Value index = d.input("index", indices(d, rows, count, type));
        Value y = d.temp("y", Shape.of(rows, table.dim(1)));
        d.emit(new Gather(from, index, y));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.sum(rows), from);
    }

    /** These rows of a table. */
    static void chosen(Draft d, Shape table, int... rows) {
        Value from = d.normal("table", table);
        Value y = d.temp("y", Shape.of(rows.length, table.dim(1)));
        d.emit(new Gather(from, d.input("index", Tensor.of(rows)), y));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.sum(rows.length), from);
    }

    private static Tensor indices(Draft d, int rows, int count, DType type) {
        Tensor t = Tensor.zeros(Shape.of(rows), type);
        for (int i = 0; i < rows; i++) {
            // half of them from the end, and now and then one that is beyond either end
            int index = d.random().nextInt(-count - (count + 9) / 10, count + (count + 9) / 10);
            switch (type) {
                case FLOAT32 -> t.floats()[i] = index + (index < 0 ? -0.75f : 0.75f);
                case INT32 -> t.ints()[i] = index;
                case INT64 -> t.longs()[i] = index;
            }
        }
        return t;
    }

    /** Numbers that a conversion to an integer would not survive. */
    private static void gatherNonsense(Draft d) {
        float[] nonsense = {Float.NaN, 1 / 0f, -1 / 0f, 1e20f, -1e20f, -0.5f, 2};
        Value table = d.normal("table", Shape.of(3, 5));
        Value y = d.temp("y", Shape.of(nonsense.length, 5));
        d.emit(new Gather(table, d.input("index", Tensor.of(nonsense)), y));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.sum(2), table);
    }

    private static void accumulate(Draft d, Shape s) {
        Value total = d.linear(d.number("total", 3));
        Value x = d.linear(d.normal("x", s));
        d.emit(new Accumulate(total, x, 0.3));
        d.fetch(total, Tolerance.sum(s.size() + 1));
    }

    private static void guard(Draft d, float loss, long before) {
        Value health = d.counter("health", before);
        d.emit(
                new Guard(
                        List.of(d.number("loss", loss)),
                        d.counter("iteration", (1L << 33) + 5),
                        health));
        d.fetch(health, Tolerance.EXACT);
    }

    /** One number, of gradients that take more than a block, is not finite, or none. */
    private static void guardOfGradients(Draft d, int at, float odd) {
        Value first = d.normal("first", Shape.of(5));
        Value second = d.normal("second", Shape.of(67, 83));
        if (at >= 0) {
            d.content().get(second).floats()[at] = odd;
        }
        Value health = d.counter("health", -1);
        d.emit(
                new Guard(
                        List.of(d.number("loss", 1), first, second),
                        d.counter("iteration", 7),
                        health));
        d.fetch(health, Tolerance.EXACT);
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Shape s : ROWS) {
            all.add(new OpCase("Softmax " + s, d -> softmax(d, s)));
            all.add(new OpCase("Cross-entropy, soft targets " + s, d -> soft(d, s)));
            all.add(new OpCase("Cross-entropy, classes " + s, d -> sparse(d, s)));
            all.add(new OpCase("ArgMax " + s, d -> argMax(d, d.normal("x", s))));
            all.add(new OpCase("ArgMax with ties " + s, d -> argMax(d, d.whole("x", s, -3, -1))));
            all.add(new OpCase("OneHot " + s, d -> oneHot(d, s)));
            all.add(new OpCase("Accumulate " + s, d -> accumulate(d, s)));
        }
        for (DType type : DType.values()) {
            for (Shape s :
                    List.of(Shape.of(1, 1), Shape.of(5, 3), Shape.of(7, 300), Shape.of(97, 64))) {
                for (int n : new int[] {1, 17, 700}) {
                    all.add(
                            new OpCase(
                                    "Gather " + n + " " + type + " of " + s,
                                    d -> gather(d, s, n, type)));
                }
            }
        }
        all.add(new OpCase("Gather of no row at all", LossConformance::gatherNonsense));
        all.add(new OpCase("Softmax (2, 3, 5, 7)", d -> softmax(d, Shape.of(2, 3, 5, 7))));
        all.add(new OpCase("Softmax (5,)", d -> softmax(d, Shape.of(5))));
        all.add(new OpCase("Cross-entropy, large logits", LossConformance::confident));
        all.add(new OpCase("Accumulate a number", d -> accumulate(d, Shape.scalar())));
        for (int at : new int[] {-1, 0, 2047, 2048, 67 * 83 - 1}) {
            for (float odd : new float[] {Float.NaN, 1 / 0f, -1 / 0f}) {
                all.add(
                        new OpCase(
                                "Guard of a gradient with %s at %d".formatted(odd, at),
                                d -> guardOfGradients(d, at, odd)));
            }
        }
        for (float loss : new float[] {0, -1, Float.MAX_VALUE, Float.NaN, 1 / 0f, -1 / 0f}) {
            for (long before : new long[] {-1, 0, 17}) {
                all.add(
                        new OpCase(
                                "Guard of loss " + loss + " at health " + before,
                                d -> guard(d, loss, before)));
            }
        }
        return all.stream();
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
