package dev.thaw.op;

/**
 * Batch normalization on given statistics: y = gamma (x - mean) / sqrt(variance + epsilon) + beta.
 * x is seen as [outer, C, inner] around the channel axis; n = outer * inner elements make up each
 * channel.
 *
 * @param x argument
 * @param gamma scale: [C]; may be null, for 1
 * @param beta shift: [C]; may be null, for 0
 * @param mean the statistics' mean: [C]
 * @param variance the statistics' variance: [C]
 * @param y result
 * @param axis the channel axis, in [0, rank)
 * @param epsilon added to the variance
 */
public record BatchNormInfer(
        Value x,
        Value gamma,
        Value beta,
        Value mean,
        Value variance,
        @Out Value y,
        int axis,
        double epsilon)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(
                new BatchNormInferGrad(
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
