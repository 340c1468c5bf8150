package dev.thaw.op;

/**
 * y = x (1 + stddev z), z standard normal per element, see {@link Philox#normal}. The gradient is
 * the same op on dy.
 *
 * @param x argument
 * @param step counts the steps: an INT64 number
 * @param y result
 * @param draw which numbers of the random stream
 * @param stddev standard deviation of the factor
 */
public record GaussianDropout(Value x, Value step, @Out Value y, Draw draw, double stddev)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(new GaussianDropout(g.of(y), step, g.sink(x), draw, stddev));
    }

    @Override
    public String randomness() {
        return "multiplies noise, sd " + (float) stddev;
    }
}
