package dev.thaw.layer;

import dev.thaw.op.Fn;
import dev.thaw.op.Value;

import java.util.Map;

/**
 * y = min(x, maxValue) where x is positive, else negativeSlope x. Without options: max(x, 0). x, y:
 * any shape, the same.
 */
public final class ReLU extends Elementwise {
    private Double maxValue;
    private double negativeSlope;

    /** max(x, 0), until options say otherwise. */
    public ReLU() {}

    /** Where the result saturates, at least 0; default nowhere. */
    public ReLU maxValue(double value) {
        refuseIfBuilt("maxValue");
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw refuse("maxValue must be finite and at least 0, got " + value);
        }
        maxValue = value;
        return this;
    }

    /** Slope of the negative side, at least 0; default 0. */
    public ReLU negativeSlope(double value) {
        refuseIfBuilt("negativeSlope");
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw refuse("negativeSlope must be finite and at least 0, got " + value);
        }
        negativeSlope = value;
        return this;
    }

    /** Where the positive side begins: only 0, the default, is supported. */
    public ReLU threshold(double value) {
        if (value != 0) {
            throw refuse("threshold must be 0, other thresholds are not supported, got " + value);
        }
        return this;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (negativeSlope == 0) {
            return emit(l, x, rectifier());
        }
        Value y = emit(l, x, new Fn(Fn.Kind.LEAKY_RELU, negativeSlope, 0));
        return maxValue == null ? y : emit(l, y, new Fn(Fn.Kind.CLIP, -Float.MAX_VALUE, maxValue));
    }

    private Fn rectifier() {
        if (maxValue == null) {
            return Fn.of(Fn.Kind.RELU);
        }
        return maxValue == 6 ? Fn.of(Fn.Kind.RELU6) : new Fn(Fn.Kind.CLIP, 0, maxValue);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("max_value", maxValue);
        config.put("negative_slope", negativeSlope);
        config.put("threshold", 0.0);
    }
}
