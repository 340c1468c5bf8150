package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Value;

/** The training step of {@link BatchNormalization} with a mask, with renormalization, or both. */
final class UncommonBatchNorm {
    private UncommonBatchNorm() {}

    /**
     * @param gamma null for 1
     * @param beta null for 0
     */
    static Value lower(
            Lowering l, Value x, BatchNormalizationConfig config, Value gamma, Value beta) {
        Formula f = l.formula();
        BatchMoments moments = moments(l, x, config);
        Value y;
        if (config.renorm() == null) {
            l.emit(new MovingAverage(l.weight("moving_mean"), moments.mean(), config.momentum()));
            l.emit(
                    new MovingAverage(
                            l.weight("moving_variance"), moments.variance(), config.momentum()));
            y = moments.normalized();
        } else {
            y = config.renorm().lower(l, moments, config.momentum());
        }
        y = gamma == null ? y : f.combine(y, Binary.Kind.MUL, moments.alongAxis(f, gamma));
        return beta == null ? y : f.combine(y, Binary.Kind.ADD, moments.alongAxis(f, beta));
    }

    private static BatchMoments moments(Lowering l, Value x, BatchNormalizationConfig config) {
        int axis = x.shape().axis(config.axis());
        Value mask = l.mask(x);
        if (mask == null) {
            return BatchMoments.of(l, x, axis, config.epsilon());
        }
        if (!mask.shape().equals(x.shape().sub(0, x.shape().rank() - 1))) {
            throw new IllegalArgumentException(
                    "batch normalization: the mask must have its input's shape without the last axis; the input is "
                            + x.shape()
                            + ", the mask "
                            + mask.shape());
        }
        return BatchMoments.ofValid(l, x, mask, axis, config.epsilon());
    }
}
