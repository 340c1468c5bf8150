package dev.thaw.conformance;

import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Cast;
import dev.thaw.op.Equal;
import dev.thaw.op.Fill;
import dev.thaw.op.Fn;
import dev.thaw.op.Increment;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

abstract class ElementwiseConformance extends Conformance {
    /** Large enough for several threads, and a multiple of nothing. */
    static final Shape LARGE = Shape.of(70_001);

    private static final List<Shape> SHAPES =
            List.of(Shape.of(1), Shape.of(7), Shape.of(3, 17), Shape.of(1, 3, 1, 7, 1), LARGE);

    private static final Set<Fn.Function> POSITIVE =
            EnumSet.of(Fn.Function.LOG, Fn.Function.SQRT, Fn.Function.RECIPROCAL);

    /** Arguments at kinks, and so large that a careless formula overflows. */
    private static final float[] EXTREMES = {
        -1e4f, -100, -20, -6, -3, -1.5f, -1, 0, 0.5f, 1, 1.5f, 3, 6, 20, 100, 1e4f
    };

    private record Pair(Shape a, Shape b) {
        Shape broadcast() {
            int rank = Math.max(a.rank(), b.rank());
            int[] y = new int[rank];
            for (int i = 1; i <= rank; i++) {
                int left = i <= a.rank() ? a.dim(-i) : 1;
                y[rank - i] = left != 1 ? left : i <= b.rank() ? b.dim(-i) : 1;
            }
            return Shape.of(y);
        }
    }

    private static final List<Pair> PAIRS =
            List.of(
                    new Pair(Shape.scalar(), Shape.scalar()),
                    new Pair(Shape.of(7), Shape.of(7)),
                    new Pair(Shape.of(7), Shape.of(1)),
                    new Pair(Shape.scalar(), Shape.of(3, 5)),
                    new Pair(Shape.of(3, 17), Shape.of(17)),
                    new Pair(Shape.of(17), Shape.of(3, 17)),
                    new Pair(Shape.of(3, 1), Shape.of(1, 7)),
                    new Pair(Shape.of(2, 3, 5, 7), Shape.of(2, 1, 1, 7)),
                    new Pair(Shape.of(2, 3, 5, 7), Shape.of(2, 3, 5, 1)),
                    new Pair(Shape.of(2, 3, 5, 7), Shape.of(1, 3, 1, 1)),
                    new Pair(Shape.of(2, 1, 5, 1), Shape.of(3, 1, 7)),
                    new Pair(Shape.of(1, 1), Shape.of(1)),
                    new Pair(LARGE, LARGE),
                    new Pair(Shape.of(3, 129, 181), Shape.of(181)),
                    new Pair(Shape.of(3, 129, 181), Shape.of(3, 1, 181)));

    /** Each function once; those with constants with usual ones. */
    static List<Fn> functions() {
        return Arrays.stream(Fn.Function.values())
                .map(
                        function ->
                                switch (function) {
                                    case LEAKY_RELU -> new Fn(function, 0.3, 0);
                                    case ELU -> new Fn(function, 1.5, 0);
                                    case SELU ->
                                            new Fn(
                                                    function,
                                                    1.6732632423543772,
                                                    1.0507009873554805);
                                    case CLIP -> new Fn(function, -1.5, 0.5);
                                    case HUBER, STEP -> new Fn(function, 1, 0);
                                    default -> Fn.of(function);
                                })
                .toList();
    }

    static void unary(Draft d, Fn fn, Value x) {
        Value y = d.temp("y", x.shape());
        d.emit(new Unary(x, y, fn));
        d.fetchWithGradients(y, Tolerance.FUNCTION, Tolerance.FUNCTION, x);
    }

    static void binary(Draft d, Binary.Function function, Value a, Value b) {
        Shape shape = new Pair(a.shape(), b.shape()).broadcast();
        Value y = d.temp("y", shape);
        d.emit(new Binary(a, b, y, function));
        Tolerance sums = Tolerance.sum(4 * shape.size() / Math.min(a.size(), b.size()));
        d.fetchWithGradients(y, Tolerance.ARITHMETIC, sums, a, b);
    }

    /** Both contributions to the gradient of x meet; those of x / x cancel. */
    static void withItself(Draft d, Binary.Function function) {
        Value x = d.uniform("x", Shape.of(3, 7), 0.5, 2);
        Value y = d.temp("y", x.shape());
        d.emit(new Binary(x, x, y, function));
        // upstream / x is at most 2
        d.fetchWithGradients(y, Tolerance.ARITHMETIC, Tolerance.sum(2, 2), x);
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Fn fn : functions()) {
            double low = POSITIVE.contains(fn.function()) ? 0.3 : -8;
            for (Shape s : SHAPES) {
                all.add(new OpCase(fn + " " + s, d -> unary(d, fn, d.uniform("x", s, low, 8))));
            }
            if (!POSITIVE.contains(fn.function()) && fn.function() != Fn.Function.EXP) {
                all.add(
                        new OpCase(
                                fn + " extremes",
                                d -> unary(d, fn, d.input("x", Tensor.of(EXTREMES.clone())))));
            }
        }
        for (Binary.Function function : Binary.Function.values()) {
            for (Pair p : PAIRS) {
                all.add(
                        new OpCase(
                                function + " " + p.a + " " + p.b,
                                d ->
                                        binary(
                                                d,
                                                function,
                                                left(d, function, p.a),
                                                right(d, function, p.b))));
            }
            all.add(new OpCase(function + " of a value with itself", d -> withItself(d, function)));
        }
        for (Shape s : List.of(Shape.scalar(), Shape.of(3, 17), LARGE)) {
            all.add(new OpCase("Affine " + s, d -> affine(d, s, 0.1, -0.7)));
            all.add(new OpCase("Affine by zero " + s, d -> affine(d, s, 0, 3)));
            all.add(new OpCase("Fill " + s, d -> fill(d, s)));
            all.add(new OpCase("Equal " + s, d -> equal(d, s)));
        }
        all.add(new OpCase("Equal of classes", ElementwiseConformance::equalClasses));
        for (long other : new long[] {7, (1L << 32) + 7, (1L << 33) + 7}) {
            all.add(new OpCase("Equal of counts " + other, d -> equalCounts(d, other)));
        }
        all.add(new OpCase("Cast of classes", d -> cast(d, d.classes("x", 1003, 300))));
        for (long count : new long[] {0, -7, (1L << 24) + 1, -(1L << 40)}) {
            all.add(new OpCase("Cast of the count " + count, d -> cast(d, d.counter("x", count))));
        }
        for (long count : new long[] {0, -1, 41, (1L << 32) - 1, 1L << 40}) {
            all.add(new OpCase("Increment " + count, d -> increment(d, count)));
        }
        return all.stream();
    }

    private static boolean compares(Binary.Function function) {
        return EnumSet.of(Binary.Function.MAX, Binary.Function.MIN, Binary.Function.AT_LEAST)
                .contains(function);
    }

    /** Comparisons get whole numbers, for ties; absolute values would compare otherwise. */
    private static Value left(Draft d, Binary.Function function, Shape s) {
        return compares(function) ? d.whole("a", s, -2, 2) : d.linear(d.normal("a", s));
    }

    private static Value right(Draft d, Binary.Function function, Shape s) {
        return compares(function)
                ? d.whole("b", s, -2, 2)
                : d.linear(
                        function == Binary.Function.DIV
                                ? d.uniform("b", s, 0.5, 2)
                                : d.normal("b", s));
    }

    static void affine(Draft d, Shape s, double scale, double shift) {
        Value x = d.normal("x", s);
        Value y = d.temp("y", s);
        d.emit(new Affine(x, y, scale, shift));
        // a product and a sum: what cancels is no larger than the shift
        Tolerance t = new Tolerance("affine", 4, Math.abs(shift));
        d.fetchWithGradients(y, t, Tolerance.ARITHMETIC, x);
    }

    private static void fill(Draft d, Shape s) {
        Value y = d.temp("y", s);
        d.emit(new Fill(y, 0.1));
        d.fetch(y, Tolerance.ARITHMETIC);
    }

    private static void equal(Draft d, Shape s) {
        Value a = d.whole("a", s, 0, 2);
        Value b = d.whole("b", s, 0, 2);
        Value y = d.temp("y", s);
        d.emit(new Equal(a, b, y));
        d.fetch(y, Tolerance.EXACT);
    }

    private static void equalClasses(Draft d) {
        Value a = d.classes("a", 1003, 3);
        Value b = d.classes("b", 1003, 3);
        Value y = d.temp("y", a.shape());
        d.emit(new Equal(a, b, y));
        d.fetch(y, Tolerance.EXACT);
    }

    private static void equalCounts(Draft d, long other) {
        Value y = d.temp("y", Shape.scalar());
        d.emit(new Equal(d.counter("a", (1L << 32) + 7), d.counter("b", other), y));
        d.fetch(y, Tolerance.EXACT);
    }

    private static void cast(Draft d, Value x) {
        Value y = d.temp("y", x.shape());
        d.emit(new Cast(x, y));
        d.fetch(y, Tolerance.EXACT);
    }

    private static void increment(Draft d, long count) {
        Value counter = d.counter("counter", count);
        d.emit(new Increment(counter));
        d.fetch(counter, Tolerance.EXACT);
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
