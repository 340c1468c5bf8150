package dev.thaw.op;

/**
 * The gradient of {@link BatchNormTrain}, through the batch statistics. With s = 1 / sqrt(v +
 * epsilon), xh = (x - m) s: dbeta = sum(dy), dgamma = sum(dy xh), dx = gamma s (dy - mean(dy) - xh
 * mean(dy xh)). Absent results are not wanted.
 *
 * @param x the argument of the forward op
 * @param dy upstream gradient
 * @param gamma scale; may be null, for 1
 * @param mean the batch mean: [C]
 * @param variance the biased batch variance: [C]
 * @param dx gradient of x; may be null
 * @param dgamma gradient of gamma: [C]; may be null
 * @param dbeta gradient of beta: [C]; may be null
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
public record BatchNormTrainGrad(
        Value x,
        Value dy,
        Value gamma,
        Value mean,
        Value variance,
        @Out Value dx,
        @Out Value dgamma,
        @Out Value dbeta,
        int axis,
        double epsilon)
        implements Op {}
