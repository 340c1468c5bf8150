package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

import java.util.List;

/** Formulas that several losses share. */
final class Arithmetic {
    /** Keras's epsilon. */
    static final double EPSILON = 1e-7;

    private Arithmetic() {}

    /** p - t. */
    static Value error(Formula f, Value prediction, Value target) {
        return f.combine(prediction, Binary.Function.SUB, target);
    }

    static Value product(Formula f, Value a, Value b) {
        return f.combine(a, Binary.Function.MUL, b);
    }

    /** max(x, low). */
    static Value atLeast(Formula f, Value x, double low) {
        return f.clip(x, low, Float.MAX_VALUE);
    }

    /** The same with the axis last, where it is not. */
    static Value axisLast(Formula f, Value x, int axis) {
        return f.transpose(x, x.shape().axesToEnd(List.of(x.shape().axis(axis))));
    }

    /** The sum over these axes, over all of them where none is named, without those axes. */
    static Value sum(Formula f, Value x, List<Integer> axes) {
        List<Integer> over =
                axes.isEmpty()
                        ? x.shape().axes()
                        : axes.stream().map(x.shape()::axis).distinct().sorted().toList();
        return f.reshape(f.reduce(x, Reduce.Function.SUM, over), x.shape().without(over));
    }

    /** Sum or mean over an axis, without that axis. */
    static Value reduce(Formula f, Value x, Reduce.Function function, int axis) {
        int a = x.shape().axis(axis);
        return f.reshape(f.reduce(x, function, List.of(a)), x.shape().without(List.of(a)));
    }

    /** t (1 - s) + s / k. */
    static Value smoothed(Formula f, Value target, double smoothing, double classes) {
        return smoothing == 0 ? target : f.affine(target, 1 - smoothing, smoothing / classes);
    }

    /**
     * x^exponent for x of at least 0; exponents that are not 0, 1 or 2 by way of the logarithm,
     * where 0 counts as the smallest number that has one.
     */
    static Value power(Formula f, Value x, double exponent) {
        if (exponent == 0) {
            return f.affine(x, 0, 1);
        } else if (exponent == 1) {
            return x;
        } else if (exponent == 2) {
            return f.apply(Fn.Function.SQUARE, x);
        }
        Value ln = f.apply(Fn.Function.LOG, atLeast(f, x, Float.MIN_NORMAL));
        return f.apply(Fn.Function.EXP, f.affine(ln, exponent, 0));
    }
}
