package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.Map;

/**
 * In training, stretches each image about its middle: where 0.2 is drawn, the result shows 1.2
 * times as much of the image, which gets smaller; where -0.2 is drawn, 0.8 times as much. x, y: [N,
 * H, W, C].
 */
public final class RandomZoom extends MovingImageLayer<RandomZoom> {
    private final Object heightGiven;
    private final Object widthGiven;
    private final Bounds height;
    private final Bounds width;

    /** By up to this in either direction, alike along both axes; in (-1, 1]. */
    public RandomZoom(double factor) {
        this(factor, null);
    }

    /** By a number between these, alike along both axes; in (-1, 1]. */
    public RandomZoom(Bounds factor) {
        this(factor, null);
    }

    /** By a number for each axis between these; in (-1, 1]. */
    public RandomZoom(Bounds heightFactor, Bounds widthFactor) {
        this((Object) heightFactor, widthFactor);
    }

    private RandomZoom(Object heightFactor, Object widthFactor) {
        heightGiven = heightFactor;
        widthGiven = widthFactor;
        height = checked("heightFactor", heightFactor);
        width = widthFactor == null ? null : checked("widthFactor", widthFactor);
    }

    /** As Keras's files have it: a number or bounds for the height, and also null for the width. */
    public static RandomZoom of(Object heightFactor, Object widthFactor) {
        return new RandomZoom(heightFactor, widthFactor);
    }

    private Bounds checked(String property, Object factor) {
        Bounds b = factor instanceof Bounds given ? given : Bounds.around((Double) factor);
        b.within(this, property, -1, 1);
        // as in Keras, which draws from [-1, 1] where it is given 1
        if (factor instanceof Bounds ? b.lower() == -1 : (Double) factor <= -1) {
            throw refuse(property + " must be above -1, got " + factor);
        }
        return b;
    }

    @Override
    RandomZoom self() {
        return this;
    }

    @Override
    Value transforms(Lowering l, Value x) {
        Formula f = l.formula();
        Value u = uniform(l, x.shape().dim(0), width == null ? 1 : 2);
        Value rows = f.affine(within(l, u, 0, height), 1, 1);
        Value columns = width == null ? rows : f.affine(within(l, u, 1, width), 1, 1);
        double middleX = .5 * (x.shape().dim(2) - 1);
        double middleY = .5 * (x.shape().dim(1) - 1);
        return Projection.transforms(
                f,
                columns,
                null,
                f.affine(columns, -middleX, middleX),
                null,
                rows,
                f.affine(rows, -middleY, middleY));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("height_factor", RandomTranslation.written(heightGiven));
        config.put("width_factor", RandomTranslation.written(widthGiven));
        configureMoves(config);
    }
}
