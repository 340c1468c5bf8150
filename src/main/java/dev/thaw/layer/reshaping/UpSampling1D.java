package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;

/** Each step several times in a row. x: [N, T, C], y: [N, T size, C]. */
public final class UpSampling1D extends UpSampling<UpSampling1D> {
    /** Twice along each axis. */
    public UpSampling1D() {
        super(1);
    }

    /** So many times, at least once: one number for all axes, or one for each. */
    public UpSampling1D(int... size) {
        this();
        size(size);
    }

    @Override
    protected void properties(Properties p) {
        size(p);
    }
}
