package dev.thaw.op;

/**
 * Batch normalization on given statistics: y = r(gamma (x - mean) / sqrt(variance + epsilon) + beta
 * + residual). x is seen as [outer, C, inner] around the channel axis; n = outer * inner elements
 * make up each channel.
 *
 * @param x argument
 * @param gamma scale: [C]; may be null, for 1
 * @param beta shift: [C]; may be null, for 0
 * @param mean the statistics' mean: [C]
 * @param variance the statistics' variance: [C]
 * @param residual added before the rectifier: like x; may be null, for 0
 * @param y result
 * @param rectifier r
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
public record BatchNormInfer(
        Value x,
        Value gamma,
        Value beta,
        Value mean,
        Value variance,
        Value residual,
        @Out Value y,
        Rectifier rectifier,
        int axis,
        double epsilon)
        implements Op, Summable {
    /** Without residual and rectifier. */
    public BatchNormInfer(
            Value x,
            Value gamma,
            Value beta,
            Value mean,
            Value variance,
            Value y,
            int axis,
            double epsilon) {
        this(x, gamma, beta, mean, variance, null, y, Rectifier.NONE, axis, epsilon);
    }

    @Override
    public BatchNormInfer rectified(Rectifier r, Value to) {
        return new BatchNormInfer(x, gamma, beta, mean, variance, residual, to, r, axis, epsilon);
    }

    @Override
    public BatchNormInfer plus(Value summand, Value to) {
        return new BatchNormInfer(
                x, gamma, beta, mean, variance, summand, to, rectifier, axis, epsilon);
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(
                new BatchNormInferGrad(
                        x,
                        rectifier == Rectifier.NONE ? null : y,
                        g.of(y),
                        gamma,
                        mean,
                        variance,
                        g.sinkIfWanted(x),
                        Residuals.gradient(g, residual, g.of(y), rectifier),
                        g.sinkIfWanted(gamma),
                        g.sinkIfWanted(beta),
                        rectifier,
                        axis,
                        epsilon));
    }
}
