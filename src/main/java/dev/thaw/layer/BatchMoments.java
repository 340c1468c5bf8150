package dev.thaw.layer;

import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The statistics of a batch, and the batch normalized by them: xh = (x - m) / sqrt(v + epsilon).
 *
 * @param normalized xh, of x's shape
 * @param mean m: [C]
 * @param variance v, biased: [C]
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
record BatchMoments(Value normalized, Value mean, Value variance, int axis, double epsilon) {
    /** Keras's epsilon, which keeps a count of 0 from dividing. */
    private static final double EPSILON = 1e-7;

    /** Of all positions. */
    static BatchMoments of(Lowering l, Value x, int axis, double epsilon) {
        Shape channels = Shape.of(x.shape().dim(axis));
        Value xh = l.temp("normalized", x.shape());
        Value mean = l.temp("batch_mean", channels);
        Value variance = l.temp("batch_variance", channels);
        l.emit(new BatchNormTrain(x, null, null, xh, mean, variance, axis, epsilon));
        return new BatchMoments(xh, mean, variance, axis, epsilon);
    }

    /**
     * Of the valid positions: with count c = sum(mask) + 1e-7, m = sum(mask x) / c and v = sum(mask
     * (x - m)^2) / c. The others are normalized all the same.
     *
     * @param mask x's shape without its last axis
     */
    static BatchMoments ofValid(Lowering l, Value x, Value mask, int axis, double epsilon) {
        Formula f = l.formula();
        int last = x.shape().rank() - 1;
        Value w = f.reshape(mask, mask.shape().append(1));
        List<Integer> others =
                IntStream.rangeClosed(0, last).filter(i -> i != axis).boxed().toList();
        // each number of the mask stands for all of the last axis, unless that one is the channels
        int each = axis == last ? 1 : x.shape().dim(last);
        Value count = f.affine(f.reduce(w, Reduce.Kind.SUM, others), each, EPSILON);
        Value sum = f.reduce(f.combine(x, Binary.Kind.MUL, w), Reduce.Kind.SUM, others);
        Value mean = f.combine(sum, Binary.Kind.DIV, count);
        Value centered = f.combine(x, Binary.Kind.SUB, mean);
        Value squares = f.apply(Fn.Kind.SQUARE, f.combine(centered, Binary.Kind.MUL, w));
        Value variance =
                f.combine(f.reduce(squares, Reduce.Kind.SUM, others), Binary.Kind.DIV, count);
        Value deviation = f.apply(Fn.Kind.SQRT, f.affine(variance, 1, epsilon));
        Shape channels = Shape.of(x.shape().dim(axis));
        return new BatchMoments(
                f.combine(centered, Binary.Kind.DIV, deviation),
                f.reshape(mean, channels),
                f.reshape(variance, channels),
                axis,
                epsilon);
    }

    /** A number per channel, ready to be combined with xh. */
    Value alongAxis(Formula f, Value perChannel) {
        int[] dims = new int[normalized.shape().rank()];
        java.util.Arrays.fill(dims, 1);
        dims[axis] = perChannel.shape().dim(0);
        return f.reshape(perChannel, Shape.of(dims));
    }
}
