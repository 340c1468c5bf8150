package dev.thaw.layer;

import dev.thaw.op.Value;

import java.util.Map;

/**
 * y = min(x, maxValue) where x is above the threshold, else negativeSlope (x - threshold). Without
 * options: max(x, 0). x, y: any shape, the same.
 */
public final class ReLU extends Elementwise {
    private Double maxValue;
    private double negativeSlope;
    private double threshold;

    /** max(x, 0), until options say otherwise. */
    public ReLU() {}

    /** Where the result saturates, at least 0; default nowhere. */
    public ReLU maxValue(double value) {
        refuseIfBuilt("maxValue");
        maxValue = checked("maxValue", value);
        return this;
    }

    /** Slope below the threshold, at least 0; default 0. */
    public ReLU negativeSlope(double value) {
        refuseIfBuilt("negativeSlope");
        negativeSlope = checked("negativeSlope", value);
        return this;
    }

    /** From where on x itself comes out, at least 0; default 0. */
    public ReLU threshold(double value) {
        refuseIfBuilt("threshold");
        threshold = checked("threshold", value);
        return this;
    }

    private double checked(String what, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw refuse(what + " must be finite and at least 0, got " + value);
        }
        return value;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return Activations.relu(
                l.formula(), x, new Activations.Rectifier(maxValue, negativeSlope, threshold));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("max_value", maxValue);
        config.put("negative_slope", negativeSlope);
        config.put("threshold", threshold);
    }
}
