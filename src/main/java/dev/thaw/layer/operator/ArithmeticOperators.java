package dev.thaw.layer.operator;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.function.Function;

/** Functions of two tensors or numbers, broadcast as in NumPy. */
final class ArithmeticOperators {
    private static final List<String> BOTH = List.of("x1", "x2");

    /** Whole powers that are written as products. */
    private static final int LARGEST_PRODUCT = 32;

    private ArithmeticOperators() {}

    static void register(OperatorTable t) {
        t.add("Add", BOTH, a -> of(a, Binary.Function.ADD, ArithmeticOperators::plus));
        t.add("Subtract", BOTH, a -> of(a, Binary.Function.SUB, ArithmeticOperators::minus));
        t.add("Multiply", BOTH, a -> of(a, Binary.Function.MUL, ArithmeticOperators::times));
        Function<OperatorArguments, OperatorRule> divide =
                a -> of(a, Binary.Function.DIV, ArithmeticOperators::over);
        t.add(List.of("Divide", "TrueDivide"), BOTH, divide);
        t.add("Maximum", BOTH, a -> of(a, Binary.Function.MAX, ArithmeticOperators::atLeast));
        t.add("Minimum", BOTH, a -> of(a, Binary.Function.MIN, ArithmeticOperators::atMost));
        t.add("Power", BOTH, ArithmeticOperators::power);
    }

    /** What becomes of a tensor and a number; null where a general op does it. */
    @FunctionalInterface
    private interface WithNumber {
        Value emit(Formula f, Value x, double number, boolean numberFirst);
    }

    private static Value plus(Formula f, Value x, double c, boolean first) {
        return f.affine(x, 1, c);
    }

    private static Value minus(Formula f, Value x, double c, boolean first) {
        return first ? f.affine(x, -1, c) : f.affine(x, 1, -c);
    }

    private static Value times(Formula f, Value x, double c, boolean first) {
        return f.affine(x, c, 0);
    }

    private static Value over(Formula f, Value x, double c, boolean first) {
        return first ? f.affine(f.apply(Fn.Function.RECIPROCAL, x), c, 0) : null;
    }

    /** Where both are equal the first one gets the gradient, so that a clip serves x alone. */
    private static Value atLeast(Formula f, Value x, double c, boolean first) {
        return first ? null : f.clip(x, c, Double.POSITIVE_INFINITY);
    }

    private static Value atMost(Formula f, Value x, double c, boolean first) {
        return first ? null : f.clip(x, Double.NEGATIVE_INFINITY, c);
    }

    private static OperatorRule of(
            OperatorArguments a, Binary.Function function, WithNumber special) {
        Operand first = a.operand("x1");
        Operand second = a.operand("x2");
        return OperatorRule.of(
                shapes -> broadcast(a, first.shape(shapes), second.shape(shapes)),
                (l, values) -> {
                    Formula f = l.formula();
                    Value made = null;
                    if (second instanceof Operand.Number n) {
                        made = special.emit(f, first.value(l, values), n.value(), false);
                    } else if (first instanceof Operand.Number n) {
                        made = special.emit(f, second.value(l, values), n.value(), true);
                    }
                    return made != null
                            ? made
                            : f.combine(first.value(l, values), function, second.value(l, values));
                });
    }

    static Shape broadcast(OperatorArguments a, Shape left, Shape right) {
        if (!left.broadcasts(right)) {
            throw a.refuse(
                    "inputs must have the same extents, or 1, got %s and %s"
                            .formatted(left, right));
        }
        return left.broadcast(right);
    }

    private static OperatorRule power(OperatorArguments a) {
        Operand base = a.operand("x1");
        Operand exponent = a.operand("x2");
        return OperatorRule.of(
                shapes -> broadcast(a, base.shape(shapes), exponent.shape(shapes)),
                (l, values) -> {
                    Formula f = l.formula();
                    if (exponent instanceof Operand.Number n) {
                        return power(f, base.value(l, values), n.value());
                    }
                    Value y = exponent.value(l, values);
                    // x^y = e^(y ln x), which needs a positive x, as a real power does
                    Value scaled =
                            base instanceof Operand.Number n
                                    ? f.affine(y, Math.log(n.value()), 0)
                                    : f.combine(
                                            f.apply(Fn.Function.LOG, base.value(l, values)),
                                            Binary.Function.MUL,
                                            y);
                    return f.apply(Fn.Function.EXP, scaled);
                });
    }

    private static Value power(Formula f, Value x, double n) {
        if (n == 0.5) {
            return f.apply(Fn.Function.SQRT, x);
        } else if (n == Math.rint(n) && Math.abs(n) <= LARGEST_PRODUCT) {
            Value whole = product(f, x, (int) Math.abs(n));
            return n < 0 ? f.apply(Fn.Function.RECIPROCAL, whole) : whole;
        } else if (2 * n == Math.rint(2 * n) && Math.abs(n) <= LARGEST_PRODUCT) {
            return power(f, f.apply(Fn.Function.SQRT, x), 2 * n);
        }
        return f.apply(Fn.Function.EXP, f.affine(f.apply(Fn.Function.LOG, x), n, 0));
    }

    /** x^n by squaring. */
    private static Value product(Formula f, Value x, int n) {
        if (n == 0) {
            return f.affine(x, 0, 1);
        } else if (n == 1) {
            return x;
        }
        Value square = product(f, f.apply(Fn.Function.SQUARE, x), n / 2);
        return n % 2 == 0 ? square : f.combine(square, Binary.Function.MUL, x);
    }
}
