package dev.thaw.op;

/**
 * Each row is normalized on its own: m = mean(row), v = mean((row - m)^2), biased, in two passes; y
 * = gamma (x - m) / sqrt(v + epsilon) + beta. x: [R, K]; gamma, beta: [K].
 *
 * @param x rows
 * @param gamma scale; may be null, for 1
 * @param beta shift; may be null, for 0
 * @param y result
 * @param mean m: [R]
 * @param variance v: [R]
 * @param epsilon added to the variance
 */
public record LayerNorm(
        Value x,
        Value gamma,
        Value beta,
        @Out Value y,
        @Out Value mean,
        @Out Value variance,
        double epsilon)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(
                new LayerNormGrad(
                        x,
                        g.of(y),
                        gamma,
                        mean,
                        variance,
                        g.sinkIfWanted(x),
                        g.sinkIfWanted(gamma),
                        g.sinkIfWanted(beta),
                        epsilon));
    }
}
