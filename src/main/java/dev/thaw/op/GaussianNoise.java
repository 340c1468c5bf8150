package dev.thaw.op;

/**
 * y = x + stddev z, z standard normal per element, see {@link Philox#normal}.
 *
 * @param x argument
 * @param step counts the steps: an INT64 number
 * @param y result
 * @param draw which numbers of the random stream
 * @param stddev standard deviation of the noise
 */
public record GaussianNoise(Value x, Value step, @Out Value y, Draw draw, double stddev)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        g.pass(x, g.of(y));
    }

    @Override
    public String randomness() {
        return "adds noise, sd " + (float) stddev;
    }
}
