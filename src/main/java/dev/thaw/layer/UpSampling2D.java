package dev.thaw.layer;

import java.util.Map;

/** Each cell of an image several times. x: [N, H, W, C], y: [N, H height, W width, C]. */
public final class UpSampling2D extends UpSampling<UpSampling2D> {
    /** Twice along each axis. */
    public UpSampling2D() {
        this(2);
    }

    /** So many times along each axis, at least once. */
    public UpSampling2D(int size) {
        this(Extents.of(size));
    }

    /** So many times along each axis, at least once. */
    public UpSampling2D(Extents size) {
        super(2, size);
    }

    @Override
    UpSampling2D self() {
        return this;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("size", size());
        config.put("data_format", dataFormat());
        config.put("interpolation", "nearest");
    }
}
