package dev.thaw.op;

/**
 * The gradient of {@link LayerNorm}. With s = 1 / sqrt(v + epsilon), xh = (x - m) s, h = dy gamma:
 * dx = s (h - mean(h) - xh mean(h xh)) with means over the row; dgamma = sum over rows of dy xh;
 * dbeta = sum over rows of dy. Absent results are not wanted.
 *
 * @param x rows: [R, K]
 * @param dy upstream gradient
 * @param gamma scale: [K]; may be null, for 1
 * @param mean m: [R]
 * @param variance v: [R]
 * @param dx gradient of x; may be null
 * @param dgamma gradient of gamma; may be null
 * @param dbeta gradient of beta; may be null
 * @param epsilon added to the variance
 */
public record LayerNormGrad(
        Value x,
        Value dy,
        Value gamma,
        Value mean,
        Value variance,
        @Out Value dx,
        @Out Value dgamma,
        @Out Value dbeta,
        double epsilon)
        implements Op {}
