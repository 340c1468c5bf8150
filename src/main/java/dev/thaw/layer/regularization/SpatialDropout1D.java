package dev.thaw.layer.regularization;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, C]. x, y: [N, T,
 * C].
 */
public final class SpatialDropout1D extends BaseSpatialDropout<SpatialDropout1D> {
    /** Rate 0.5, as in Keras's examples. */
    public SpatialDropout1D() {
        super(1);
    }

    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout1D(double rate) {
        this();
        rate(rate);
    }
}
