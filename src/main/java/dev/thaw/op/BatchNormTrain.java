package dev.thaw.op;

/**
 * Batch normalization on the statistics of this batch. m[c] = mean of x over all but the channel
 * axis; v[c] = mean of (x - m[c])^2, biased, in two passes or by Welford, never as E[x^2] - E[x]^2;
 * y = r(gamma (x - m) / sqrt(v + epsilon) + beta + residual). x is seen as [outer, C, inner] around
 * the channel axis; n = outer * inner elements make up each channel.
 *
 * @param x argument
 * @param gamma scale: [C]; may be null, for 1
 * @param beta shift: [C]; may be null, for 0
 * @param residual added before the rectifier: like x; may be null, for 0
 * @param y result
 * @param mean m: [C]
 * @param variance v: [C], biased
 * @param rectifier r
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
public record BatchNormTrain(
        Value x,
        Value gamma,
        Value beta,
        Value residual,
        @Out Value y,
        @Out Value mean,
        @Out Value variance,
        Rectifier rectifier,
        int axis,
        double epsilon)
        implements Op, Summable {
    /** Without residual and rectifier. */
    public BatchNormTrain(
            Value x,
            Value gamma,
            Value beta,
            Value y,
            Value mean,
            Value variance,
            int axis,
            double epsilon) {
        this(x, gamma, beta, null, y, mean, variance, Rectifier.NONE, axis, epsilon);
    }

    @Override
    public BatchNormTrain rectified(Rectifier r, Value to) {
        return new BatchNormTrain(x, gamma, beta, residual, to, mean, variance, r, axis, epsilon);
    }

    @Override
    public BatchNormTrain plus(Value summand, Value to) {
        return new BatchNormTrain(
                x, gamma, beta, summand, to, mean, variance, rectifier, axis, epsilon);
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(
                new BatchNormTrainGrad(
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
