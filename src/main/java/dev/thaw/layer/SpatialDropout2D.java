package dev.thaw.layer;

import dev.thaw.tensor.Shape;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, 1, C]. x, y: [N,
 * H, W, C].
 */
public final class SpatialDropout2D extends MaskedDropout<SpatialDropout2D> {
    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout2D(double rate) {
        super(rate);
    }

    @Override
    SpatialDropout2D self() {
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() != 4) {
            throw refuse("input must be (batch, height, width, channels), got " + input);
        }
        return input;
    }

    @Override
    Shape noise(Shape input) {
        return Shape.of(input.dim(0), 1, 1, input.dim(3));
    }
}
