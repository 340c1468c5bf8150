package dev.thaw.op;

/**
 * The gradient of {@link BatchNormInfer}: the statistics are constants, so dx = dy gamma /
 * sqrt(variance + epsilon), dbeta = sum(dy), dgamma = sum(dy (x - mean)) / sqrt(variance +
 * epsilon). Absent results are not wanted.
 *
 * @param x the argument of the forward op
 * @param dy upstream gradient
 * @param gamma scale; may be null, for 1
 * @param mean the statistics' mean: [C]
 * @param variance the statistics' variance: [C]
 * @param dx gradient of x; may be null
 * @param dgamma gradient of gamma: [C]; may be null
 * @param dbeta gradient of beta: [C]; may be null
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
public record BatchNormInferGrad(
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
