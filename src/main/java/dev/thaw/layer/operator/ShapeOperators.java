package dev.thaw.layer.operator;

import dev.thaw.layer.InputAxes;
import dev.thaw.layer.reshaping.UpSampling;
import dev.thaw.op.Pad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;

/** Functions that move numbers about. */
final class ShapeOperators {
    private static final List<String> X = List.of("x");

    private ShapeOperators() {}

    static void register(OperatorTable t) {
        reshape(t, "Reshape", ShapeOperators::reshaped);
        reshape(t, "Squeeze", ShapeOperators::squeezed);
        reshape(t, "ExpandDims", ShapeOperators::expanded);
        transpose(t, "Transpose", ShapeOperators::axesOrReverse);
        transpose(t, "Swapaxes", ShapeOperators::swapped);
        transpose(t, "Moveaxis", ShapeOperators::moved);
        t.add("Repeat", X, ShapeOperators::repeat);
        t.add("Pad", List.of("x", "constant_values"), ShapeOperators::pad);
        t.add("Matmul", List.of("x1", "x2"), MatMulOperator::rule);
    }

    /** The same numbers in another shape, which also holds where some extents are unknown. */
    private static void reshape(
            OperatorTable t, String name, BiFunction<OperatorArguments, Shape, Shape> to) {
        t.add(
                name,
                X,
                a ->
                        OperatorRule.unary(
                                a.operand("x"),
                                s -> to.apply(a, s),
                                (f, x) -> f.reshape(x, to.apply(a, x.shape()))));
    }

    private static Shape reshaped(OperatorArguments a, Shape from) {
        List<Integer> wanted = a.integers("newshape");
        if (wanted == null || wanted.stream().filter(d -> d == -1).count() > 1) {
            throw a.refuse("newshape must be extents with at most one -1, got " + wanted);
        }
        int[] dims = wanted.stream().mapToInt(Integer::intValue).toArray();
        int open = wanted.indexOf(-1);
        long known = 1;
        for (int d : dims) {
            known = Math.multiplyExact(known, d == -1 ? 1L : d);
        }
        if (!from.isKnown()) {
            return Shape.of(dims); // -1 is how a Shape writes None
        }
        long size = from.size();
        if (known <= 0 || open < 0 ? known != size : size % known != 0) {
            throw a.refuse("newshape %s does not fit the input %s".formatted(wanted, from));
        }
        if (open >= 0) {
            dims[open] = Math.toIntExact(size / known);
        }
        return Shape.of(dims);
    }

    private static Shape squeezed(OperatorArguments a, Shape from) {
        List<Integer> axes = a.integers("axis");
        List<Integer> gone =
                axes == null
                        ? from.axes().stream().filter(i -> from.dim(i) == 1).toList()
                        : ReductionOperators.resolved(a, from, axes);
        for (int i : gone) {
            if (from.dim(i) != 1) {
                throw a.refuse("axis %d must have extent 1 to go, got %s".formatted(i, from));
            }
        }
        return from.without(gone);
    }

    private static Shape expanded(OperatorArguments a, Shape from) {
        List<Integer> axes = a.integers("axis");
        if (axes == null) {
            throw a.refuse("axis must be given, got None");
        }
        Shape made = Shape.ones(from.rank() + axes.size());
        if (!axes.stream().allMatch(made::hasAxis)) {
            throw a.refuse("axis %s does not exist in the result of %s".formatted(axes, from));
        }
        Shape expanded = from;
        for (int i : axes.stream().map(made::axis).sorted().toList()) {
            expanded = expanded.insert(i, 1);
        }
        return expanded;
    }

    private static void transpose(
            OperatorTable t,
            String name,
            BiFunction<OperatorArguments, Shape, List<Integer>> order) {
        t.add(
                name,
                X,
                a ->
                        OperatorRule.unary(
                                a.operand("x"),
                                s -> s.pick(order.apply(a, s)),
                                (f, x) -> f.transpose(x, order.apply(a, x.shape()))));
    }

    private static List<Integer> axesOrReverse(OperatorArguments a, Shape s) {
        List<Integer> order = new ArrayList<>(s.axes());
        List<Integer> axes = a.integers("axes");
        if (axes == null) {
            Collections.reverse(order);
            return order;
        }
        if (!axes.stream().allMatch(s::hasAxis)
                || !axes.stream().map(s::axis).sorted().toList().equals(order)) {
            throw a.refuse(
                    "axes must name each of the %d axes once, got %s".formatted(s.rank(), axes));
        }
        return axes.stream().map(s::axis).toList();
    }

    private static List<Integer> swapped(OperatorArguments a, Shape s) {
        List<Integer> order = new ArrayList<>(s.axes());
        Collections.swap(
                order, axis(a, s, a.integer("axis1", 0)), axis(a, s, a.integer("axis2", 0)));
        return order;
    }

    private static List<Integer> moved(OperatorArguments a, Shape s) {
        List<Integer> from = a.integers("source").stream().map(i -> axis(a, s, i)).toList();
        List<Integer> to = a.integers("destination").stream().map(i -> axis(a, s, i)).toList();
        if (from.size() != to.size()
                || from.stream().distinct().count() != from.size()
                || to.stream().distinct().count() != to.size()) {
            throw a.refuse(
                    "source and destination must name as many axes, got %s%s".formatted(from, to));
        }
        List<Integer> order = new ArrayList<>(s.axesBut(from));
        to.stream().sorted().forEach(i -> order.add(i, from.get(to.indexOf(i))));
        return order;
    }

    private static int axis(OperatorArguments a, Shape s, int axis) {
        return InputAxes.resolve(a.asking(), s, axis);
    }

    private static OperatorRule repeat(OperatorArguments a) {
        int times = a.integer("repeats", 1);
        if (a.raw("axis") == null || times < 1) {
            throw a.refuse("repeats must be one number from 1 on, along an axis");
        }
        int axis = a.integer("axis", 0);
        return OperatorRule.unary(
                a.operand("x"),
                s -> InputAxes.resized(a.asking(), s, axis(a, s, axis), n -> n * times),
                (f, x) -> UpSampling.repeat(f, x, x.shape().axis(axis), times));
    }

    private static OperatorRule pad(OperatorArguments a) {
        Object fill = a.argument("constant_values");
        if (!a.text("mode", "constant").equals("constant")
                || fill instanceof Number n && n.doubleValue() != 0) {
            throw a.refuse("pads with zeros alone, got %s and %s".formatted(a.raw("mode"), fill));
        }
        Operand x = a.operand("x");
        return OperatorRule.of(
                shapes -> padded(a, x.shape(shapes)),
                (l, values) -> {
                    Value v = x.value(l, values);
                    List<List<Integer>> sides = sides(a, v.shape().rank());
                    Value y = l.temp("padded", padded(a, v.shape()));
                    l.emit(new Pad(v, y, sides.stream().map(s -> s.get(0)).toList()));
                    return y;
                });
    }

    private static Shape padded(OperatorArguments a, Shape s) {
        Shape all = s;
        List<List<Integer>> sides = sides(a, s.rank());
        for (int i = 0; i < s.rank(); i++) {
            long more = (long) sides.get(i).get(0) + sides.get(i).get(1);
            all = InputAxes.resized(a.asking(), all, i, n -> n + more);
        }
        return all;
    }

    /** One number, one pair for all axes, or a pair for each. */
    private static List<List<Integer>> sides(OperatorArguments a, int rank) {
        List<List<Integer>> all = new ArrayList<>();
        if (a.raw("pad_width") instanceof List<?> list && !list.isEmpty()) {
            for (int i = 0; i < rank; i++) {
                Object own =
                        list.get(0) instanceof List<?>
                                ? list.get(Math.min(i, list.size() - 1))
                                : list;
                if (!(own instanceof List<?> pair)
                        || pair.size() != 2
                        || !(pair.get(0) instanceof Integer before)
                        || !(pair.get(1) instanceof Integer after)
                        || before < 0
                        || after < 0) {
                    throw a.refuse("pad_width must be pairs from 0 on, got " + list);
                }
                all.add(List.of(before, after));
            }
            return all;
        }
        int both = a.integer("pad_width", 0);
        return Collections.nCopies(rank, List.of(both, both));
    }
}
