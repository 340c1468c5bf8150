package dev.thaw.layer;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, 1, C]. x, y: [N,
 * H, W, C].
 */
public final class SpatialDropout2D extends BaseSpatialDropout<SpatialDropout2D> {
    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout2D(double rate) {
        super(2, rate);
    }

    /** Where the channels are; default last. */
    public SpatialDropout2D dataFormat(DataFormat value) {
        setDataFormat(value);
        return this;
    }

    @Override
    SpatialDropout2D self() {
        return this;
    }
}
