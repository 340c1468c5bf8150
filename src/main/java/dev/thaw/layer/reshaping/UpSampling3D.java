package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;

/** Each cell of a volume several times. x: [N, D, H, W, C], y: [N, D a, H b, W c, C]. */
public final class UpSampling3D extends UpSampling<UpSampling3D> {
    /** Twice along each axis. */
    public UpSampling3D() {
        super(3);
    }

    /** So many times, at least once: one number for all axes, or one for each. */
    public UpSampling3D(int... size) {
        this();
        size(size);
    }

    @Override
    protected void properties(Properties p) {
        size(p);
        dataFormat(p);
    }
}
