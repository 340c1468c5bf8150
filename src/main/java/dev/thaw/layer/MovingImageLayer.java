package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.Map;

/** Moves images at random: pixels come from elsewhere in the same image. */
public abstract class MovingImageLayer<S extends MovingImageLayer<S>> extends RandomImageLayer<S> {
    private Projection projection = Projection.DEFAULT;

    MovingImageLayer() {}

    /** The transforms of the images, as {@link dev.thaw.op.Warp} takes them: [N, 8]. */
    abstract Value transforms(Lowering l, Value x);

    /** How pixels between pixels are found, NEAREST or BILINEAR; default BILINEAR. */
    public final S interpolation(Interpolation value) {
        refuseIfBuilt("interpolation");
        projection = projection.withInterpolation(this, value);
        return self();
    }

    /** What lies outside of the images; default REFLECT. */
    public final S fillMode(FillMode value) {
        refuseIfBuilt("fillMode");
        projection = projection.withFillMode(value);
        return self();
    }

    /** The number that lies outside where the fill mode is CONSTANT; default 0. */
    public final S fillValue(double value) {
        refuseIfBuilt("fillValue");
        projection = projection.withFillValue(this, value);
        return self();
    }

    @Override
    final Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        return projection.of(f, x, transforms(l, x));
    }

    /** What Keras writes for every such layer. */
    final void configureMoves(Map<String, Object> config) {
        config.put("fill_mode", projection.fillMode());
        config.put("interpolation", projection.interpolation());
        config.put("seed", givenSeed());
        config.put("fill_value", projection.fillValue());
        super.configure(config);
    }
}
