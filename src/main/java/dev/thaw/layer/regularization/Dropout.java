package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.tensor.Shape;

/**
 * Srivastava et al. (2014). While drawing: y = x / (1 - rate) where kept, else 0, each element
 * being dropped with probability rate on its own; otherwise y = x. {@link DropoutCompensation} has
 * the other form. Being frozen changes nothing. x, y: any shape, the same.
 */
public final class Dropout extends MaskedDropout<Dropout> {
    private Shape noiseShape;

    /** Rate 0.5, as in Keras's examples. */
    public Dropout() {}

    /** Drops with this probability, in [0, 1]. */
    public Dropout(double rate) {
        rate(rate);
    }

    @Override
    protected void properties(Properties p) {
        dropping(p);
        noiseShape = p.shape("noise_shape", noiseShape);
        compensation(p);
    }

    /**
     * The mask's shape, batch included: {@link Shape#NONE} for the input's extent, 1 to share the
     * decision along an axis. Default: the input's shape, so that every element decides for itself.
     */
    public Dropout noiseShape(Shape value) {
        return with("noise_shape", value);
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
}
