package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Map;

/**
 * Srivastava et al. (2014). While drawing: y = x / (1 - rate) where kept, else 0, each element
 * being dropped with probability rate on its own; otherwise y = x. {@link DropoutCompensation} has
 * the other form. Being frozen changes nothing. x, y: any shape, the same.
 */
public final class Dropout extends MaskedDropout<Dropout> {
    private Shape noiseShape;

    /** Drops with this probability, in [0, 1]. */
    public Dropout(double rate) {
        super(rate);
    }

    @Override
    Dropout self() {
        return this;
    }

    /**
     * The mask's shape, batch included: {@link Shape#NONE} for the input's extent, 1 to share the
     * decision along an axis. Without it every element decides for itself.
     */
    public Dropout noiseShape(Shape value) {
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
    Shape noise(Shape input) {
        return NoiseShape.resolve(this, noiseShape, input);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        super.configure(config);
        config.put("noise_shape", noiseShape);
    }
}
