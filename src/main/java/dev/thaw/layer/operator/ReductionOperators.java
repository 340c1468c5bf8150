package dev.thaw.layer.operator;

import dev.thaw.layer.InputAxes;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** Sums, means and extremes over axes. */
final class ReductionOperators {
    private static final List<String> X = List.of("x");

    private ReductionOperators() {}

    static void register(OperatorTable t) {
        add(t, (f, x, axes) -> f.reduce(x, Reduce.Function.SUM, axes), "Sum");
        add(t, (f, x, axes) -> f.reduce(x, Reduce.Function.MEAN, axes), "Mean");
        add(t, (f, x, axes) -> f.reduce(x, Reduce.Function.MAX, axes), "Max", "Amax");
        add(t, ReductionOperators::least, "Min", "Amin");
        add(
                t,
                (f, x, axes) ->
                        f.reduce(ComparisonOperators.truth(f, x), Reduce.Function.MAX, axes),
                "Any");
        add(t, (f, x, axes) -> least(f, ComparisonOperators.truth(f, x), axes), "All");
        add(t, ReductionOperators::variance, "Var");
        add(t, (f, x, axes) -> f.apply(Fn.Function.SQRT, variance(f, x, axes)), "Std");
        add(t, ReductionOperators::logSumExp, "Logsumexp");
    }

    /** A reduction whose axes stay with extent 1. */
    @FunctionalInterface
    private interface Reduction {
        Value emit(Formula f, Value x, List<Integer> axes);
    }

    private static Value least(Formula f, Value x, List<Integer> axes) {
        return f.affine(f.reduce(f.affine(x, -1, 0), Reduce.Function.MAX, axes), -1, 0);
    }

    private static Value variance(Formula f, Value x, List<Integer> axes) {
        Value mean = f.reduce(x, Reduce.Function.MEAN, axes);
        Value apart = f.combine(x, Binary.Function.SUB, mean);
        return f.reduce(f.apply(Fn.Function.SQUARE, apart), Reduce.Function.MEAN, axes);
    }

    private static Value logSumExp(Formula f, Value x, List<Integer> axes) {
        Value most = f.reduce(x, Reduce.Function.MAX, axes);
        Value shifted = f.apply(Fn.Function.EXP, f.combine(x, Binary.Function.SUB, most));
        Value sum = f.apply(Fn.Function.LOG, f.reduce(shifted, Reduce.Function.SUM, axes));
        return f.combine(sum, Binary.Function.ADD, most);
    }

    private static void add(OperatorTable t, Reduction reduction, String... names) {
        t.add(
                List.of(names),
                X,
                a -> {
                    boolean keepdims = a.flag("keepdims", false);
                    List<Integer> axes = a.integers("axis");
                    if (a.raw("initial") != null) {
                        throw a.refuse("initial must be None, got " + a.raw("initial"));
                    }
                    return OperatorRule.unary(
                            a.operand("x"),
                            s -> reduced(s, resolved(a, s, axes), keepdims),
                            (f, x) -> {
                                List<Integer> over = resolved(a, x.shape(), axes);
                                Value y = reduction.emit(f, x, over);
                                return f.reshape(y, reduced(x.shape(), over, keepdims));
                            });
                });
    }

    /** The axes in [0, rank), ascending; all of them where none is named. */
    static List<Integer> resolved(OperatorArguments a, Shape shape, List<Integer> axes) {
        return axes == null
                ? shape.axes()
                : axes.stream()
                        .map(i -> InputAxes.resolve(a.asking(), shape, i))
                        .distinct()
                        .sorted()
                        .toList();
    }

    private static Shape reduced(Shape shape, List<Integer> axes, boolean keepdims) {
        return keepdims ? shape.reduced(axes) : shape.without(axes);
    }
}
