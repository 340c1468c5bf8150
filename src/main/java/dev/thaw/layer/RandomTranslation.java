package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.Map;

/**
 * In training, shifts each image by a random part of its height and of its width; positive ones
 * down and to the right. x, y: [N, H, W, C].
 */
public final class RandomTranslation extends MovingImageLayer<RandomTranslation> {
    private final Object heightGiven;
    private final Object widthGiven;
    private final Bounds height;
    private final Bounds width;

    /** By up to these parts in either direction, in [-1, 1]. */
    public RandomTranslation(double heightFactor, double widthFactor) {
        this((Object) heightFactor, (Object) widthFactor);
    }

    /** By parts between these, in [-1, 1]. */
    public RandomTranslation(Bounds heightFactor, Bounds widthFactor) {
        this((Object) heightFactor, (Object) widthFactor);
    }

    private RandomTranslation(Object heightFactor, Object widthFactor) {
        heightGiven = heightFactor;
        widthGiven = widthFactor;
        height = bounds(heightFactor).within(this, "heightFactor", -1, 1);
        width = bounds(widthFactor).within(this, "widthFactor", -1, 1);
    }

    /** As Keras's files have it: a number or bounds for each axis. */
    public static RandomTranslation of(Object heightFactor, Object widthFactor) {
        return new RandomTranslation(heightFactor, widthFactor);
    }

    private static Bounds bounds(Object factor) {
        return factor instanceof Bounds given ? given : Bounds.around((Double) factor);
    }

    /** A factor as Keras writes it: as it was given. */
    static Object written(Object factor) {
        return factor instanceof Bounds b ? b.config() : factor;
    }

    @Override
    RandomTranslation self() {
        return this;
    }

    @Override
    Value transforms(Lowering l, Value x) {
        Formula f = l.formula();
        Value u = uniform(l, x.shape().dim(0), 2);
        // where a pixel goes to the right, it comes from the left
        Value down = f.affine(within(l, u, 0, height), -x.shape().dim(1), 0);
        Value right = f.affine(within(l, u, 1, width), -x.shape().dim(2), 0);
        Value one = f.affine(down, 0, 1);
        return Projection.transforms(f, one, null, right, null, one, down);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("height_factor", written(heightGiven));
        config.put("width_factor", written(widthGiven));
        configureMoves(config);
    }
}
