package dev.thaw.conformance;

import dev.thaw.op.Binary;
import dev.thaw.op.Broadcast;
import dev.thaw.op.Concat;
import dev.thaw.op.Formula;
import dev.thaw.op.Pad;
import dev.thaw.op.Reduce;
import dev.thaw.op.Reshape;
import dev.thaw.op.Slice;
import dev.thaw.op.SparseMatrix;
import dev.thaw.op.StopGradient;
import dev.thaw.op.Transpose;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

abstract class ShapeConformance extends Conformance {
    private record Reduction(Shape x, List<Integer> axes) {}

    private static final List<Reduction> REDUCTIONS =
            List.of(
                    new Reduction(Shape.scalar(), List.of()),
                    new Reduction(Shape.of(1), List.of(0)),
                    new Reduction(Shape.of(7), List.of(0)),
                    new Reduction(Shape.of(7), List.of()),
                    new Reduction(Shape.of(3, 17), List.of(0)),
                    new Reduction(Shape.of(3, 17), List.of(1)),
                    new Reduction(Shape.of(3, 17), List.of(0, 1)),
                    new Reduction(Shape.of(2, 3, 5, 7), List.of(1, 2)),
                    new Reduction(Shape.of(2, 3, 5, 7), List.of(0, 3)),
                    new Reduction(Shape.of(2, 3, 5, 7), List.of(0, 2)),
                    new Reduction(Shape.of(2, 3, 5, 7), List.of(0, 1, 2)),
                    new Reduction(Shape.of(2, 3, 2, 5, 7), List.of(1, 2, 3)),
                    new Reduction(Shape.of(1, 3, 1, 7), List.of(0, 2)),
                    new Reduction(ElementwiseConformance.LARGE, List.of(0)),
                    new Reduction(Shape.of(3, 129, 181), List.of(1)),
                    new Reduction(Shape.of(3, 129, 181), List.of(2)));

    private record Block(Shape small, Shape large, List<Integer> begin) {}

    private static final List<Block> BLOCKS =
            List.of(
                    new Block(Shape.of(1), Shape.of(1), List.of(0)),
                    new Block(Shape.of(3), Shape.of(7), List.of(2)),
                    new Block(Shape.of(3, 5), Shape.of(3, 8), List.of(0, 3)),
                    new Block(Shape.of(2, 3, 5, 3), Shape.of(2, 6, 6, 3), List.of(0, 1, 0, 0)),
                    new Block(Shape.of(1, 3, 5, 3), Shape.of(4, 3, 5, 7), List.of(3, 0, 0, 4)),
                    new Block(
                            Shape.of(2, 1, 3, 2, 3),
                            Shape.of(2, 3, 4, 5, 3),
                            List.of(0, 1, 1, 2, 0)),
                    new Block(Shape.of(3, 97, 251), Shape.of(4, 99, 257), List.of(1, 2, 5)));

    private record Permutation(Shape x, List<Integer> order) {}

    static void reduce(Draft d, Reduce.Function function, Value x, List<Integer> axes) {
        Shape shape = x.shape();
        for (int axis : axes) {
            shape = shape.withDim(axis, 1);
        }
        Value y = d.temp("y", shape);
        Reduce op = new Reduce(x, y, function, axes);
        d.emit(op);
        Tolerance forward =
                function == Reduce.Function.MAX ? Tolerance.EXACT : Tolerance.sum(op.count());
        d.fetchWithGradients(y, forward, Tolerance.ARITHMETIC, x);
    }

    static void broadcast(Draft d, Shape from, Shape to, double scale) {
        Value x = d.normal("x", from);
        Value y = d.temp("y", to);
        d.emit(new Broadcast(x, y, scale));
        Tolerance sums = Tolerance.sum(4 * to.size() / from.size());
        d.fetchWithGradients(y, Tolerance.ARITHMETIC, sums, x);
    }

    static void reshape(Draft d, Shape from, Shape to) {
        Value x = d.normal("x", from);
        Value y = d.temp("y", to);
        d.emit(new Reshape(x, y));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.EXACT, x);
    }

    /** y = stop(x) x, whose gradient is that of the second factor alone. */
    static void stopGradient(Draft d, Shape s) {
        Value x = d.normal("x", s);
        Value given = d.temp("given", s);
        d.emit(new StopGradient(x, given));
        d.fetch(given, Tolerance.EXACT);
        Value y = d.temp("y", s);
        d.emit(new Binary(given, x, y, Binary.Function.MUL));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.EXACT, x);
    }

    static void transpose(Draft d, Shape from, List<Integer> order) {
        Value x = d.normal("x", from);
        Value y = d.temp("y", Shape.of(order.stream().map(from::dim).toList()));
        d.emit(new Transpose(x, y, order));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.EXACT, x);
    }

    static void pad(Draft d, Shape small, Shape large, List<Integer> begin) {
        Value x = d.normal("x", small);
        Value y = d.temp("y", large);
        d.emit(new Pad(x, y, begin));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.EXACT, x);
    }

    static void slice(Draft d, Shape small, Shape large, List<Integer> begin) {
        Value x = d.normal("x", large);
        Value y = d.temp("y", small);
        d.emit(new Slice(x, y, begin));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.EXACT, x);
    }

    /**
     * Rows of 0 to 3 elements, some columns used by several and some by none; the last row holds
     * one element at least.
     */
    static void resample(Draft d, Shape from, int axis, int rows) {
        int length = from.dim(axis);
        SparseMatrix.Builder b = new SparseMatrix.Builder(length);
        for (int i = 0; i < rows; i++) {
            for (int t = 0; t < (i == rows - 1 ? 1 : d.random().nextInt(4)); t++) {
                b.add(d.random().nextInt(length), d.random().nextDouble(-1, 1));
            }
            b.endRow();
        }
        Value x = d.normal("x", from);
        Value y = b.build().times(new Formula(d.program()), x, axis);
        // a column may take part in each of the rows; the terms are below 1 and 4 deviations
        d.fetchWithGradients(y, Tolerance.sum(3, 4), Tolerance.sum(3L * rows, 4), x);
    }

    static void concat(Draft d, Shape like, int axis, int... extents) {
        Value[] xs =
                IntStream.of(extents)
                        .mapToObj(e -> d.normal("x", like.withDim(axis, e)))
                        .toArray(Value[]::new);
        Value y = d.temp("y", like.withDim(axis, IntStream.of(extents).sum()));
        d.emit(new Concat(List.of(xs), y, axis));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.EXACT, xs);
    }

    /** The gradients of all three places where x goes meet in two sums. */
    static void concatThrice(Draft d) {
        Value x = d.normal("x", Shape.of(2, 3));
        Value y = d.temp("y", Shape.of(2, 9));
        d.emit(new Concat(List.of(x, x, x), y, 1));
        d.fetchWithGradients(y, Tolerance.EXACT, Tolerance.sum(3), x);
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Reduction r : REDUCTIONS) {
            String where = r.x + " over " + r.axes;
            for (Reduce.Function function : List.of(Reduce.Function.SUM, Reduce.Function.MEAN)) {
                all.add(
                        new OpCase(
                                function + " of " + where,
                                d -> reduce(d, function, d.linear(d.normal("x", r.x)), r.axes)));
            }
            all.add(
                    new OpCase(
                            "MAX of " + where,
                            d -> reduce(d, Reduce.Function.MAX, d.normal("x", r.x), r.axes)));
            all.add(
                    new OpCase(
                            "MAX with ties of " + where,
                            d ->
                                    reduce(
                                            d,
                                            Reduce.Function.MAX,
                                            d.whole("x", r.x, -3, -1),
                                            r.axes)));
            Shape small = reduced(r);
            all.add(new OpCase("Broadcast to " + where, d -> broadcast(d, small, r.x, 1)));
            all.add(new OpCase("Scaled to " + where, d -> broadcast(d, small, r.x, 0.3)));
        }
        for (Block b : BLOCKS) {
            String where = " " + b.small + " at " + b.begin + " of " + b.large;
            all.add(new OpCase("Pad" + where, d -> pad(d, b.small, b.large, b.begin)));
            all.add(new OpCase("Slice" + where, d -> slice(d, b.small, b.large, b.begin)));
        }
        for (Permutation p : permutations()) {
            all.add(
                    new OpCase(
                            "Transpose " + p.x + " by " + p.order,
                            d -> transpose(d, p.x, p.order)));
        }
        all.add(
                new OpCase(
                        "Reshape (1, 1) to ()", d -> reshape(d, Shape.of(1, 1), Shape.scalar())));
        all.add(new OpCase("Reshape (3, 17)", d -> reshape(d, Shape.of(3, 17), Shape.of(1, 51))));
        all.add(
                new OpCase(
                        "Reshape (70001,)",
                        d -> reshape(d, Shape.of(70_001), Shape.of(1, 70_001, 1))));
        all.add(new OpCase("StopGradient (3, 17)", d -> stopGradient(d, Shape.of(3, 17))));
        all.add(new OpCase("StopGradient ()", d -> stopGradient(d, Shape.scalar())));
        all.add(new OpCase("Resample a vector", d -> resample(d, Shape.of(7), 0, 5)));
        all.add(new OpCase("Resample rows", d -> resample(d, Shape.of(3, 5), 0, 8)));
        all.add(new OpCase("Resample height", d -> resample(d, Shape.of(2, 5, 7, 3), 1, 9)));
        all.add(new OpCase("Resample width", d -> resample(d, Shape.of(2, 5, 7, 3), 2, 4)));
        all.add(new OpCase("Resample channels", d -> resample(d, Shape.of(2, 5, 7, 3), 3, 3)));
        all.add(new OpCase("Resample to one", d -> resample(d, Shape.of(3, 17), 1, 1)));
        all.add(new OpCase("Resample large", d -> resample(d, Shape.of(3, 61, 700), 1, 97)));
        all.add(new OpCase("Concat one", d -> concat(d, Shape.of(3, 5), 0, 4)));
        all.add(new OpCase("Concat rows", d -> concat(d, Shape.of(3, 5), 0, 4, 1, 2)));
        all.add(new OpCase("Concat columns", d -> concat(d, Shape.of(3, 5), 1, 1, 7, 3)));
        all.add(new OpCase("Concat channels", d -> concat(d, Shape.of(2, 3, 5, 1), 3, 17, 3)));
        all.add(new OpCase("Concat in the middle", d -> concat(d, Shape.of(2, 1, 5, 3), 1, 2, 3)));
        all.add(new OpCase("Concat many", d -> concat(d, Shape.of(2, 1), 1, 1, 2, 3, 4, 5, 6, 7)));
        all.add(new OpCase("Concat large", d -> concat(d, Shape.of(3, 97, 1), 2, 129, 131)));
        all.add(new OpCase("Concat of a value thrice", ShapeConformance::concatThrice));
        return all.stream();
    }

    private static Shape reduced(Reduction r) {
        Shape s = r.x;
        for (int axis : r.axes) {
            s = s.withDim(axis, 1);
        }
        return s;
    }

    private static List<Permutation> permutations() {
        List<Permutation> all = new ArrayList<>();
        all.add(new Permutation(Shape.of(5), List.of(0)));
        all.add(new Permutation(Shape.of(33, 65), List.of(1, 0)));
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                if (i != j) {
                    all.add(new Permutation(Shape.of(3, 5, 7), List.of(i, j, 3 - i - j)));
                }
            }
        }
        all.add(new Permutation(Shape.of(3, 5, 7, 17), List.of(0, 3, 1, 2)));
        all.add(new Permutation(Shape.of(3, 17, 5, 7), List.of(0, 2, 3, 1)));
        all.add(new Permutation(Shape.of(3, 5, 7, 2), List.of(2, 0, 3, 1)));
        all.add(new Permutation(Shape.of(2, 3, 1, 5, 7), List.of(0, 4, 1, 2, 3)));
        all.add(new Permutation(Shape.of(2, 3, 4, 5, 7), List.of(4, 2, 0, 3, 1)));
        all.add(new Permutation(Shape.of(3, 181, 131), List.of(0, 2, 1)));
        return all;
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
