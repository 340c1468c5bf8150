package dev.thaw.layer.activation;

import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Layer;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/** Activations that are made of several ops. */
public final class Activations {
    private Activations() {}

    /** What {@link #relu} may be given. */
    public record ReluArguments(Double maxValue, double negativeSlope, double threshold) {}

    /**
     * x above the threshold t, at most maxValue; below it negativeSlope (x - t). Composed as Keras
     * does, whose gradient at 0 is 0 where both a slope and a maximum are given.
     */
    public static Value relu(Formula f, Value x, ReluArguments r) {
        if (r.negativeSlope != 0 && r.maxValue == null && r.threshold == 0) {
            return f.apply(new Fn(Fn.Function.LEAKY_RELU, r.negativeSlope, 0), x);
        }
        Value positive = above(f, x, r);
        if (r.negativeSlope == 0) {
            return positive;
        }
        Value below = f.apply(Fn.Function.RELU, f.affine(x, -1, r.threshold));
        return f.combine(positive, Binary.Function.SUB, f.affine(below, r.negativeSlope, 0));
    }

    private static Value above(Formula f, Value x, ReluArguments r) {
        if (r.threshold != 0) {
            Value kept = threshold(f, x, r.threshold, 0);
            return r.maxValue == null ? kept : f.clip(kept, 0, r.maxValue);
        }
        if (r.maxValue == null) {
            return f.apply(Fn.Function.RELU, x);
        }
        return r.maxValue == 6
                ? f.apply(Fn.Function.RELU6, x)
                : f.clip(f.apply(Fn.Function.RELU, x), 0, r.maxValue);
    }

    /** x where x &gt; threshold, else otherwise. */
    public static Value threshold(Formula f, Value x, double threshold, double otherwise) {
        Value above = f.apply(new Fn(Fn.Function.STEP, threshold, 0), x);
        Value kept = f.combine(x, Binary.Function.MUL, above);
        return otherwise == 0
                ? kept
                : f.combine(kept, Binary.Function.ADD, f.affine(above, -otherwise, otherwise));
    }

    /** x where positive, else alpha (e^(x / alpha) - 1). */
    public static Value celu(Formula f, Value x, double alpha) {
        if (alpha == 1) {
            return f.apply(new Fn(Fn.Function.ELU, 1, 0), x);
        }
        Value y = f.apply(new Fn(Fn.Function.ELU, 1, 0), f.affine(x, 1 / alpha, 0));
        return f.affine(y, alpha, 0);
    }

    /** x_i - ln sum_k e^x_k over one axis; the largest x is taken off first. */
    public static Value logSoftmax(Formula f, Value x, int axis) {
        Value shifted =
                f.combine(x, Binary.Function.SUB, f.reduce(x, Reduce.Function.MAX, List.of(axis)));
        Value sum = f.reduce(f.apply(Fn.Function.EXP, shifted), Reduce.Function.SUM, List.of(axis));
        return f.combine(shifted, Binary.Function.SUB, f.apply(Fn.Function.LOG, sum));
    }

    /**
     * max(x - t, 0) over the last axis. With the elements in descending order and s_i the sum of
     * the first i, those where x_i &gt; (s_i - 1) / i are the support, of size k. Keras takes t =
     * (sum of s_i over the support - 1) / k, and so does this; it is the projection of Martins and
     * Astudillo, whose t has s_k alone, only where k is 1. Every pair is compared, which needs no
     * sorting and suits some thousand classes.
     */
    public static Value sparsemax(Formula f, Value x) {
        int rank = x.shape().rank();
        int n = x.shape().last();
        Shape outer = x.shape().sub(0, rank - 1);
        Value column = f.reshape(x, outer.append(n).append(1));
        Value row = f.reshape(x, outer.append(1).append(n));
        Value among = notBehind(f, row, column);
        List<Integer> last = List.of(rank);
        Value place = f.reduce(among, Reduce.Function.SUM, last);
        Value sum = f.reduce(f.combine(among, Binary.Function.MUL, row), Reduce.Function.SUM, last);
        Value mean = f.combine(f.affine(sum, 1, -1), Binary.Function.DIV, place);
        Value outside = f.combine(mean, Binary.Function.AT_LEAST, column);
        Value support = f.affine(f.reshape(outside, x.shape()), -1, 1);
        Value sums = f.reshape(sum, x.shape());
        Value total =
                f.reduceLast(f.combine(support, Binary.Function.MUL, sums), Reduce.Function.SUM);
        Value size = f.reduceLast(support, Reduce.Function.SUM);
        Value t = f.combine(f.affine(total, 1, -1), Binary.Function.DIV, size);
        // a clip and no ReLU: the gradient passes where the difference is exactly 0
        return f.clip(f.combine(x, Binary.Function.SUB, t), 0, Float.MAX_VALUE);
    }

    /** 1 where row j comes no later than column i in descending order, equal ones by number. */
    private static Value notBehind(Formula f, Value row, Value column) {
        int n = row.shape().last();
        Tensor first = Tensor.zeros(Shape.of(n, n), DType.FLOAT32);
        for (int i = 0; i < n; i++) {
            Arrays.fill(first.floats(), i * n, i * n + i + 1, 1);
        }
        Value before = f.program().constant("before", first);
        Value atLeast = f.combine(row, Binary.Function.AT_LEAST, column);
        Value above = f.affine(f.combine(column, Binary.Function.AT_LEAST, row), -1, 1);
        return f.combine(
                f.combine(atLeast, Binary.Function.MUL, before),
                Binary.Function.ADD,
                f.combine(above, Binary.Function.MUL, f.affine(before, -1, 1)));
    }

    /** (x + sqrt(x^2 + b)) / 2. */
    public static Value squareplus(Formula f, Value x, double b) {
        Value root = f.apply(Fn.Function.SQRT, f.affine(f.apply(Fn.Function.SQUARE, x), 1, b));
        return f.affine(f.combine(x, Binary.Function.ADD, root), .5, 0);
    }

    /** x tanh(ln(1 + e^x)). */
    public static Value mish(Formula f, Value x) {
        Value gate = f.apply(Fn.Function.TANH, f.apply(Fn.Function.SOFTPLUS, x));
        return f.combine(x, Binary.Function.MUL, gate);
    }

    /** The shape with one axis half as long; refuses an odd one. */
    public static Shape halved(Layer asking, Shape input, int axis) {
        int a = InputAxes.resolve(asking, input, axis);
        if (input.dim(a) != Shape.NONE && input.dim(a) % 2 != 0) {
            throw asking.refuse(
                    "glu halves axis %d, whose extent must be even, got %s".formatted(axis, input));
        }
        return InputAxes.resized(asking, input, a, n -> n / 2);
    }

    /** The first half of an axis times the sigmoid of the second half. */
    public static Value glu(Formula f, Value x, int axis) {
        int half = x.shape().dim(axis) / 2;
        Value gate = f.apply(Fn.Function.SIGMOID, f.slice(x, axis, half, 2 * half));
        return f.combine(f.slice(x, axis, 0, half), Binary.Function.MUL, gate);
    }

    /** x where |x| &gt; threshold, else 0. */
    public static Value hardShrink(Formula f, Value x, double threshold) {
        Value kept = f.apply(new Fn(Fn.Function.STEP, threshold, 0), f.apply(Fn.Function.ABS, x));
        return f.combine(x, Binary.Function.MUL, kept);
    }

    /** x moved towards 0 by the threshold, and 0 within it. */
    public static Value softShrink(Formula f, Value x, double threshold) {
        return f.combine(x, Binary.Function.SUB, f.clip(x, -threshold, threshold));
    }

    /** x - tanh x. */
    public static Value tanhShrink(Formula f, Value x) {
        return f.combine(x, Binary.Function.SUB, f.apply(Fn.Function.TANH, x));
    }

    /** 0 up to -1, (x + 1)^2 / 4 up to 1, and x from there on. */
    public static Value sparsePlus(Formula f, Value x) {
        Value ramp = f.affine(f.clip(x, -1, 1), .5, .5);
        Value beyond = f.apply(Fn.Function.RELU, f.affine(x, 1, -1));
        return f.combine(f.apply(Fn.Function.SQUARE, ramp), Binary.Function.ADD, beyond);
    }

    /** 0 up to -1, (x + 1) / 2 up to 1, and 1 from there on. */
    public static Value sparseSigmoid(Formula f, Value x) {
        return f.affine(f.clip(x, -1, 1), .5, .5);
    }

    /** -ln(1 + e^-x). */
    public static Value logSigmoid(Formula f, Value x) {
        return f.affine(f.apply(Fn.Function.SOFTPLUS, f.affine(x, -1, 0)), -1, 0);
    }
}
