package dev.thaw.layer;

import dev.thaw.tensor.Shape;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, 1, 1, C]. x, y:
 * [N, D, H, W, C].
 */
public final class SpatialDropout3D extends MaskedDropout<SpatialDropout3D> {
    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout3D(double rate) {
        super(rate);
    }

    @Override
    SpatialDropout3D self() {
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() != 5) {
            throw refuse("input must be (batch, depth, height, width, channels), got " + input);
        }
        return input;
    }

    @Override
    Shape noise(Shape input) {
        return Shape.of(input.dim(0), 1, 1, 1, input.dim(4));
    }
}
