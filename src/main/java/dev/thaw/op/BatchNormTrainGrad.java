package dev.thaw.op;

/**
 * The gradient of {@link BatchNormTrain}, through the batch statistics. With s = 1 / sqrt(v +
 * epsilon), xh = (x - m) s, g = dy where the rectifier let its argument through, else 0: dresidual
 * = g, dbeta = sum(g), dgamma = sum(g xh), dx = gamma s (g - mean(g) - xh mean(g xh)). Absent
 * results are not wanted.
 *
 * @param x the argument of the forward op
 * @param y its result; null without a rectifier
 * @param dy upstream gradient
 * @param gamma scale; may be null, for 1
 * @param mean the batch mean: [C]
 * @param variance the biased batch variance: [C]
 * @param dx gradient of x; may be null
 * @param dresidual gradient of the residual, g; null without a rectifier, as g is dy then
 * @param dgamma gradient of gamma: [C]; may be null
 * @param dbeta gradient of beta: [C]; may be null
 * @param rectifier the forward op's
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
public record BatchNormTrainGrad(
        Value x,
        Value y,
        Value dy,
        Value gamma,
        Value mean,
        Value variance,
        @Out Value dx,
        @Out Value dresidual,
        @Out Value dgamma,
        @Out Value dbeta,
        Rectifier rectifier,
        int axis,
        double epsilon)
        implements Op {
    /** Refuses a rectifier without the result that it is read off. */
    public BatchNormTrainGrad {
        Residuals.check("BatchNormTrainGrad", rectifier, y);
    }

    /** Without residual and rectifier. */
    public BatchNormTrainGrad(
            Value x,
            Value dy,
            Value gamma,
            Value mean,
            Value variance,
            Value dx,
            Value dgamma,
            Value dbeta,
            int axis,
            double epsilon) {
        this(
                x,
                null,
                dy,
                gamma,
                mean,
                variance,
                dx,
                null,
                dgamma,
                dbeta,
                Rectifier.NONE,
                axis,
                epsilon);
    }
}
