package dev.thaw.layer;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, 1, 1, C]. x, y:
 * [N, D, H, W, C].
 */
public final class SpatialDropout3D extends BaseSpatialDropout<SpatialDropout3D> {
    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout3D(double rate) {
        super(3, rate);
    }

    /** Where the channels are; default last. */
    public SpatialDropout3D dataFormat(DataFormat value) {
        setDataFormat(value);
        return this;
    }

    @Override
    SpatialDropout3D self() {
        return this;
    }
}
