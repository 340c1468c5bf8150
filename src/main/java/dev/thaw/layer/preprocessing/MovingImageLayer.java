package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/** Moves images at random: pixels come from elsewhere in the same image. */
public abstract class MovingImageLayer<S extends MovingImageLayer<S>> extends RandomImageLayer<S> {
    private Interpolation interpolation = Interpolation.BILINEAR;
    private FillMode fillMode = FillMode.REFLECT;
    private double fillValue;

    MovingImageLayer() {}

    /** The transforms of the images, as {@link dev.thaw.op.Warp} takes them: [N, 8]. */
    abstract Value transforms(Lowering l, Value x);

    /** The walk over what all such layers have, in Keras's order. */
    final void moves(Properties p) {
        fillMode = p.choice("fill_mode", fillMode);
        interpolation =
                p.choice(
                        "interpolation",
                        interpolation,
                        List.of(Interpolation.NEAREST, Interpolation.BILINEAR));
        seed(p);
        fillValue = p.number("fill_value", fillValue);
        dataFormat(p);
    }

    /** How pixels between pixels are found, NEAREST or BILINEAR; default BILINEAR. */
    public final S interpolation(Interpolation value) {
        return with("interpolation", value);
    }

    /** What lies outside of the images; default REFLECT. */
    public final S fillMode(FillMode value) {
        return with("fill_mode", value);
    }

    /** The number that lies outside where the fill mode is CONSTANT; default 0. */
    public final S fillValue(double value) {
        return with("fill_value", value);
    }

    @Override
    protected final Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        return new Projection(interpolation, fillMode, fillValue).of(f, x, transforms(l, x));
    }
}
