package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/**
 * In training, shifts each image by a random part of its height and of its width; positive ones
 * down and to the right. x, y: [N, H, W, C].
 */
public final class RandomTranslation extends MovingImageLayer<RandomTranslation> {
    private List<Double> heightFactor;
    private List<Double> widthFactor;
    private Bounds height;
    private Bounds width;

    /** A layer whose factors are still to be given. */
    public RandomTranslation() {}

    /** By up to these parts in either direction, in [-1, 1]. */
    public RandomTranslation(double heightFactor, double widthFactor) {
        heightFactor(heightFactor).widthFactor(widthFactor);
    }

    @Override
    protected void properties(Properties p) {
        heightFactor = p.needed("height_factor", heightFactor);
        widthFactor = p.needed("width_factor", widthFactor);
        height = Bounds.factor(this, "height_factor", heightFactor, -1);
        width = Bounds.factor(this, "width_factor", widthFactor, -1);
        moves(p);
    }

    /**
     * By up to this part of the height in either direction, or between two; in [-1, 1]; it must be
     * given, there is no default.
     */
    public RandomTranslation heightFactor(double... value) {
        return with("height_factor", value);
    }

    /**
     * By up to this part of the width in either direction, or between two; in [-1, 1]; it must be
     * given, there is no default.
     */
    public RandomTranslation widthFactor(double... value) {
        return with("width_factor", value);
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
}
