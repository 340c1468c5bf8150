package dev.thaw.op;

import java.util.List;

/**
 * y = a (op) b, element by element. a and b are broadcast as in NumPy: shapes are aligned at the
 * last axis, and an extent of 1 (or an absent axis) repeats.
 *
 * @param a left argument
 * @param b right argument
 * @param y result, of the broadcast shape
 * @param function what is computed of two elements
 */
public record Binary(Value a, Value b, @Out Value y, Function function) implements Op {
    /** What is computed of two elements. */
    public enum Function {
        /** a + b. */
        ADD,
        /** a - b. */
        SUB,
        /** a b. */
        MUL,
        /** a / b. */
        DIV,
        /** The larger one; where equal, a gets the gradient, as in TensorFlow. */
        MAX,
        /** The smaller one; where equal, a gets the gradient, as in TensorFlow. */
        MIN,
        /** 1 where a &gt;= b, else 0; without gradient. */
        AT_LEAST
    }

    /** A step has slope 0 almost everywhere. */
    @Override
    public List<Value> differentiable() {
        return function == Function.AT_LEAST ? List.of() : inputs();
    }

    @Override
    public void gradient(Gradients g) {
        Value dy = g.of(y);
        switch (function) {
            case ADD -> {
                passTo(g, a, dy);
                passTo(g, b, dy);
            }
            case SUB -> {
                passTo(g, a, dy);
                if (g.wants(b)) {
                    Value negative = g.temp("d_negative", dy.shape());
                    g.emit(new Affine(dy, negative, -1, 0));
                    passTo(g, b, negative);
                }
            }
            case MUL -> {
                productTo(g, a, dy, b, Function.MUL);
                productTo(g, b, dy, a, Function.MUL);
            }
            case DIV -> {
                productTo(g, a, dy, b, Function.DIV);
                if (g.wants(b)) {
                    // d(a/b)/db = -(a/b)/b = -y/b
                    Value ratio = g.temp("d_ratio", y.shape());
                    g.emit(new Binary(y, b, ratio, Function.DIV));
                    Value negative = g.temp("d_negative", y.shape());
                    g.emit(new Affine(ratio, negative, -1, 0));
                    productTo(g, b, dy, negative, Function.MUL);
                }
            }
            case MAX -> selectTo(g, dy, a, b);
            case MIN -> selectTo(g, dy, b, a);
            case AT_LEAST -> {
                // nothing that is wanted stands before it
            }
        }
    }

    /** a wins where {@code large} is at least {@code small}, and b everywhere else. */
    private void selectTo(Gradients g, Value dy, Value large, Value small) {
        Value won = g.temp("d_won", y.shape());
        g.emit(new Binary(large, small, won, Function.AT_LEAST));
        productTo(g, a, dy, won, Function.MUL);
        if (g.wants(b)) {
            Value lost = g.temp("d_lost", y.shape());
            g.emit(new Affine(won, lost, -1, 1));
            productTo(g, b, dy, lost, Function.MUL);
        }
    }

    private static void productTo(
            Gradients g, Value input, Value dy, Value factor, Function function) {
        if (g.wants(input)) {
            Value product = g.temp("d_product", dy.shape());
            g.emit(new Binary(dy, factor, product, function));
            passTo(g, input, product);
        }
    }

    /** Sums a gradient over the axes along which the input was repeated. */
    private static void passTo(Gradients g, Value input, Value dy) {
        if (!g.wants(input)) {
            return;
        }
        if (input.shape().equals(dy.shape())) {
            g.pass(input, dy);
            return;
        }
        List<Integer> axes = dy.shape().axesRepeated(input.shape());
        Value sum = dy;
        if (!axes.isEmpty()) {
            sum = g.temp("d_sum", dy.shape().reduced(axes));
            g.emit(new Reduce(dy, sum, Reduce.Function.SUM, axes));
        }
        g.emit(new Reshape(sum, g.sink(input)));
    }
}
