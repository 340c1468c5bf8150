package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;
import java.util.Objects;

/**
 * Each pixel of an image several times, or with others in between. x: [N, H, W, C], y: [N, H
 * height, W width, C].
 */
public final class UpSampling2D extends UpSampling<UpSampling2D> {
    private Interpolation interpolation = Interpolation.NEAREST;

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

    /** How pixels are found; default NEAREST: each one several times. */
    public UpSampling2D interpolation(Interpolation value) {
        refuseIfBuilt("interpolation");
        interpolation = Objects.requireNonNull(value, "interpolation");
        return this;
    }

    @Override
    Value emit(Lowering l, Value x) {
        if (interpolation == Interpolation.NEAREST) {
            return super.emit(l, x);
        }
        Shape result = resultShape(x.shape());
        return new Resizer(interpolation, false)
                .resize(l.formula(), x, result.dim(1), result.dim(2));
    }

    @Override
    UpSampling2D self() {
        return this;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("size", size());
        config.put("data_format", dataFormat());
        config.put("interpolation", interpolation);
    }
}
