package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;

/**
 * Klambauer et al. (2017): dropout for {@code selu}, which keeps mean 0 and variance 1. While
 * drawing: y = a x + b where kept, else a p + b, with p = -1.7580993, a = ((1 - rate)(1 + rate
 * p^2))^-1/2 and b = -a p rate; otherwise y = x. x, y: any shape, the same.
 */
public final class AlphaDropout extends RandomLayer<AlphaDropout> {
    /** Where {@code selu} saturates: -alpha scale. */
    private static final double SATURATED = -1.6732632423543772848 * 1.0507009873554804934;

    private final double rate;
    private Shape noiseShape;

    /** Drops with this probability, in [0, 1). */
    public AlphaDropout(double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw refuse(
                    "rate must be in [0, 1) (at 1 the factor that restores the variance is"
                            + " infinite), got "
                            + rate);
        }
        this.rate = rate;
    }

    @Override
    AlphaDropout self() {
        return this;
    }

    /** The mask's shape, as in {@link Dropout#noiseShape}. */
    public AlphaDropout noiseShape(Shape value) {
        refuseIfBuilt("noiseShape");
        noiseShape = value;
        return this;
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

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("rate", rate);
        super.configure(config);
        config.put("noise_shape", noiseShape);
    }
}
