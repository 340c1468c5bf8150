package dev.thaw.layer;

import dev.thaw.op.Fn;
import dev.thaw.op.Value;

import java.util.Map;

/** y = x where x is positive, else negativeSlope x. x, y: any shape, the same. */
public final class LeakyReLU extends Elementwise {
    private final double negativeSlope;

    /** With slope 0.3; the activation {@code leaky_relu} has 0.2. */
    public LeakyReLU() {
        this(.3);
    }

    /** With this slope of the negative side, at least 0. */
    public LeakyReLU(double negativeSlope) {
        if (!(negativeSlope >= 0 && negativeSlope < Double.POSITIVE_INFINITY)) {
            throw refuse("negativeSlope must be finite and at least 0, got " + negativeSlope);
        }
        this.negativeSlope = negativeSlope;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return emit(l, x, new Fn(Fn.Kind.LEAKY_RELU, negativeSlope, 0));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("negative_slope", negativeSlope);
    }
}
