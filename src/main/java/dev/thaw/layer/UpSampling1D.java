package dev.thaw.layer;

import java.util.Map;

/** Each step several times in a row. x: [N, T, C], y: [N, T size, C]. */
public final class UpSampling1D extends UpSampling<UpSampling1D> {
    /** Twice along each axis. */
    public UpSampling1D() {
        this(2);
    }

    /** So many times along each axis, at least once. */
    public UpSampling1D(int size) {
        this(Extents.of(size));
    }

    /** So many times along each axis, at least once. */
    public UpSampling1D(Extents size) {
        super(1, size);
    }

    @Override
    UpSampling1D self() {
        return this;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("size", size().get(0));
    }
}
