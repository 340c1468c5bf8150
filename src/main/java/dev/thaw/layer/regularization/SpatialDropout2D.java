package dev.thaw.layer.regularization;

import dev.thaw.layer.DataFormat;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask of [N, 1, 1, C]. x, y: [N,
 * H, W, C].
 */
public final class SpatialDropout2D extends BaseSpatialDropout<SpatialDropout2D> {
    /** Rate 0.5, as in Keras's examples. */
    public SpatialDropout2D() {
        super(2);
    }

    /** Drops with this probability, in [0, 1]. */
    public SpatialDropout2D(double rate) {
        this();
        rate(rate);
    }

    /** Where the channels are; default last. */
    public SpatialDropout2D dataFormat(DataFormat value) {
        return with("data_format", value);
    }
}
