package dev.thaw.layer.operator;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/**
 * Questions, such as masks are made of. What is true is 1, what is not is 0; whatever is not 0
 * counts as true. No gradient passes back.
 */
final class ComparisonOperators {
    private static final List<String> BOTH = List.of("x1", "x2");

    private ComparisonOperators() {}

    static void register(OperatorTable t) {
        add(t, "GreaterEqual", ComparisonOperators::atLeast);
        add(t, "LessEqual", (f, a, b) -> atLeast(f, b, a));
        add(t, "Greater", (f, a, b) -> above(f, a, b));
        add(t, "Less", (f, a, b) -> above(f, b, a));
        add(t, "Equal", ComparisonOperators::equal);
        add(t, "NotEqual", (f, a, b) -> not(f, equal(f, a, b)));
        add(t, "LogicalAnd", (f, a, b) -> and(f, truth(f, a), truth(f, b)));
        add(t, "LogicalOr", (f, a, b) -> or(f, truth(f, a), truth(f, b)));
        add(t, "LogicalXor", (f, a, b) -> not(f, equal(f, truth(f, a), truth(f, b))));
        t.add(
                "LogicalNot",
                List.of("x"),
                a -> OperatorRule.pointwise(a.operand("x"), (f, x) -> not(f, truth(f, x))));
    }

    /** A question about two values, broadcast as in NumPy. */
    @FunctionalInterface
    private interface Question {
        Value emit(Formula f, Value a, Value b);
    }

    private static void add(OperatorTable t, String name, Question question) {
        t.add(
                name,
                BOTH,
                a -> {
                    Operand first = a.operand("x1");
                    Operand second = a.operand("x2");
                    return OperatorRule.of(
                            shapes ->
                                    ArithmeticOperators.broadcast(
                                            a, first.shape(shapes), second.shape(shapes)),
                            (l, values) ->
                                    question.emit(
                                            l.formula(),
                                            first.value(l, values),
                                            second.value(l, values)));
                });
    }

    /** 1 where x is not 0, else 0. */
    static Value truth(Formula f, Value x) {
        return f.apply(new Fn(Fn.Function.STEP, 0, 0), f.apply(Fn.Function.ABS, x));
    }

    private static Value atLeast(Formula f, Value a, Value b) {
        return f.combine(a, Binary.Function.AT_LEAST, b);
    }

    /** Nothing is above or below NaN. */
    private static Value above(Formula f, Value a, Value b) {
        return and(f, atLeast(f, a, b), not(f, atLeast(f, b, a)));
    }

    private static Value equal(Formula f, Value a, Value b) {
        return and(f, atLeast(f, a, b), atLeast(f, b, a));
    }

    private static Value and(Formula f, Value a, Value b) {
        return f.combine(a, Binary.Function.MUL, b);
    }

    private static Value or(Formula f, Value a, Value b) {
        return f.combine(a, Binary.Function.MAX, b);
    }

    private static Value not(Formula f, Value x) {
        return f.affine(x, -1, 1);
    }
}
