package dev.thaw.layer;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, C]. x, y: [N, T,
 * C].
 */
public final class SpatialDropout1D extends BaseSpatialDropout<SpatialDropout1D> {
    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout1D(double rate) {
        super(1, rate);
    }

    @Override
    SpatialDropout1D self() {
        return this;
    }
}
