package dev.thaw.op;

/**
 * Batch normalization on the statistics of this batch. m[c] = mean of x over all but the channel
 * axis; v[c] = mean of (x - m[c])^2, biased, in two passes or by Welford, never as E[x^2] - E[x]^2;
 * y = gamma (x - m) / sqrt(v + epsilon) + beta. x is seen as [outer, C, inner] around the channel
 * axis; n = outer * inner elements make up each channel.
 *
 * @param x argument
 * @param gamma scale: [C]; may be null, for 1
 * @param beta shift: [C]; may be null, for 0
 * @param y result
 * @param mean m: [C]
 * @param variance v: [C], biased
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
public record BatchNormTrain(
        Value x,
        Value gamma,
        Value beta,
        @Out Value y,
        @Out Value mean,
        @Out Value variance,
        int axis,
        double epsilon)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(
                new BatchNormTrainGrad(
                        x,
                        g.of(y),
                        gamma,
                        mean,
                        variance,
                        g.sinkIfWanted(x),
                        g.sinkIfWanted(gamma),
                        g.sinkIfWanted(beta),
                        axis,
                        epsilon));
    }
}
