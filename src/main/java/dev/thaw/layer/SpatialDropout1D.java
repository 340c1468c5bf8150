package dev.thaw.layer;

import dev.thaw.tensor.Shape;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, C]. x, y: [N, T,
 * C].
 */
public final class SpatialDropout1D extends MaskedDropout<SpatialDropout1D> {
    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout1D(double rate) {
        super(rate);
    }

    @Override
    SpatialDropout1D self() {
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() != 3) {
            throw refuse("input must be (batch, steps, channels), got " + input);
        }
        return input;
    }

    @Override
    Shape noise(Shape input) {
        return Shape.of(input.dim(0), 1, input.dim(2));
    }
}
