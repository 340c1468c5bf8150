package dev.thaw.layer;

import java.util.Map;

/** Each cell of a volume several times. x: [N, D, H, W, C], y: [N, D a, H b, W c, C]. */
public final class UpSampling3D extends UpSampling<UpSampling3D> {
    /** Twice along each axis. */
    public UpSampling3D() {
        this(2);
    }

    /** So many times along each axis, at least once. */
    public UpSampling3D(int size) {
        this(Extents.of(size));
    }

    /** So many times along each axis, at least once. */
    public UpSampling3D(Extents size) {
        super(3, size);
    }

    @Override
    UpSampling3D self() {
        return this;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("size", size());
        config.put("data_format", dataFormat());
    }
}
