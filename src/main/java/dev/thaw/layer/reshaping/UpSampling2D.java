package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.preprocessing.Interpolation;
import dev.thaw.layer.preprocessing.Resizer;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/**
 * Each pixel of an image several times, or with others in between. x: [N, H, W, C], y: [N, H
 * height, W width, C].
 */
public final class UpSampling2D extends UpSampling<UpSampling2D> {
    private Interpolation interpolation = Interpolation.NEAREST;

    /** Twice along each axis. */
    public UpSampling2D() {
        super(2);
    }

    /** So many times, at least once: one number for all axes, or one for each. */
    public UpSampling2D(int... size) {
        this();
        size(size);
    }

    @Override
    protected void properties(Properties p) {
        size(p);
        dataFormat(p);
        interpolation = p.choice("interpolation", interpolation);
    }

    /** How pixels are found; default NEAREST: each one several times. */
    public UpSampling2D interpolation(Interpolation value) {
        return with("interpolation", value);
    }

    @Override
    protected Value emit(Lowering l, Value x) {
        if (interpolation == Interpolation.NEAREST) {
            return super.emit(l, x);
        }
        Shape result = resultShape(x.shape());
        return new Resizer(interpolation, false).resize(l, x, result.dim(1), result.dim(2));
    }
}
