package dev.thaw.layer.activation;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * y = min(x, maxValue) where x is above the threshold, else negativeSlope (x - threshold). Without
 * options: max(x, 0). x, y: any shape, the same.
 */
public final class ReLU extends Elementwise<ReLU> implements ActivationFunction.Body {
    private Double maxValue;
    private double negativeSlope;
    private double threshold;

    /** max(x, 0), until options say otherwise. */
    public ReLU() {}

    @Override
    protected void properties(Properties p) {
        maxValue = p.numberOrNull("max_value", maxValue, Range.NOT_NEGATIVE);
        negativeSlope = p.number("negative_slope", negativeSlope, Range.NOT_NEGATIVE);
        threshold = p.number("threshold", threshold, Range.NOT_NEGATIVE);
    }

    /** Where the result saturates, at least 0; default nowhere. */
    public ReLU maxValue(double value) {
        return with("max_value", value);
    }

    /** Slope below the threshold, at least 0; default 0. */
    public ReLU negativeSlope(double value) {
        return with("negative_slope", value);
    }

    /** From where on x itself comes out, at least 0; default 0. */
    public ReLU threshold(double value) {
        return with("threshold", value);
    }

    @Override
    public Value emit(Formula f, Value x) {
        return Activations.relu(
                f, x, new Activations.ReluArguments(maxValue, negativeSlope, threshold));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return emit(l.formula(), x);
    }
}
