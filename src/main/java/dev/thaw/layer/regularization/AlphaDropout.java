package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/**
 * Klambauer et al. (2017): dropout for {@code selu}, which keeps mean 0 and variance 1. While
 * drawing: y = a x + b where kept, else a p + b, with p = -1.7580993, a = ((1 - rate)(1 + rate
 * p^2))^-1/2 and b = -a p rate; otherwise y = x. x, y: any shape, the same.
 */
public final class AlphaDropout extends RandomLayer<AlphaDropout> {
    /** Where {@code selu} saturates: -alpha scale. */
    private static final double SATURATED = -1.6732632423543772848 * 1.0507009873554804934;

    private static final Range RATE =
            Range.BELOW_ONE.because("at 1 the factor that restores the variance is infinite");

    private double rate = .5;

    private Shape noiseShape;

    /** Rate 0.5, as in Keras's examples. */
    public AlphaDropout() {}

    /** Drops with this probability, in [0, 1). */
    public AlphaDropout(double rate) {
        rate(rate);
    }

    @Override
    protected void properties(Properties p) {
        rate = p.number("rate", rate, RATE);
        seed(p);
        noiseShape = p.shape("noise_shape", noiseShape);
    }

    /** The probability of dropping, in [0, 1); default 0.5. */
    public AlphaDropout rate(double value) {
        return with("rate", value);
    }

    /** The mask's shape, as in {@link Dropout#noiseShape}; default the input's. */
    public AlphaDropout noiseShape(Shape value) {
        return with("noise_shape", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        NoiseShape.check(this, noiseShape, input);
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (rate == 0 || !l.draws()) {
            return x;
        }
        Value y = l.temp("dropout", x.shape());
        double a = 1 / Math.sqrt((1 - rate) * (1 + rate * SATURATED * SATURATED));
        l.emit(
                new dev.thaw.op.AlphaDropout(
                        x,
                        l.randomStep(),
                        y,
                        l.draw(seed()),
                        NoiseShape.resolve(this, noiseShape, x.shape()),
                        rate,
                        SATURATED,
                        a,
                        -a * SATURATED * rate));
        return y;
    }
}
