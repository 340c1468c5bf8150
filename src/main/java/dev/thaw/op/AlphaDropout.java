package dev.thaw.op;

import dev.thaw.tensor.Shape;

/**
 * y = a (x k + dropped (1 - k)) + b, where k is 1 for a kept element of the mask, else 0; the mask
 * is that of {@link Dropout}. The gradient is {@link Dropout} with scale a.
 *
 * @param x argument
 * @param step counts the steps: an INT64 number
 * @param y result
 * @param draw which numbers of the random stream
 * @param noise the mask's shape: x's extent or 1 per axis
 * @param rate probability of dropping, in [0, 1)
 * @param dropped what a dropped element becomes before the affine map
 * @param a factor that restores the variance
 * @param b summand that restores the mean
 */
public record AlphaDropout(
        Value x,
        Value step,
        @Out Value y,
        Draw draw,
        Shape noise,
        double rate,
        double dropped,
        double a,
        double b)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(new Dropout(g.of(y), step, g.sink(x), draw, noise, rate, a));
    }

    @Override
    public String randomness() {
        return "drops %s%%".formatted((float) (rate * 100));
    }
}
