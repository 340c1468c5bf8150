package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/**
 * In training, stretches each image about its middle: where 0.2 is drawn, the result shows 1.2
 * times as much of the image, which gets smaller; where -0.2 is drawn, 0.8 times as much. x, y: [N,
 * H, W, C].
 */
public final class RandomZoom extends MovingImageLayer<RandomZoom> {
    private List<Double> heightFactor;
    private List<Double> widthFactor;
    private Bounds height;
    private Bounds width;

    /** A layer whose factors are still to be given. */
    public RandomZoom() {}

    /**
     * By up to this in either direction, or by a number between two, alike along both axes; in (-1,
     * 1].
     */
    public RandomZoom(double... heightFactor) {
        heightFactor(heightFactor);
    }

    @Override
    protected void properties(Properties p) {
        heightFactor = p.needed("height_factor", heightFactor);
        widthFactor = p.numbers("width_factor", widthFactor);
        height = bounds("height_factor", heightFactor);
        width = bounds("width_factor", widthFactor);
        moves(p);
    }

    private Bounds bounds(String key, List<Double> given) {
        Bounds b = Bounds.factor(this, key, given, -1);
        // as in Keras, which draws from [-1, 1] where it is given 1
        if (b != null && (given.size() == 1 ? given.get(0) <= -1 : b.lower() == -1)) {
            throw refuse("%s must be above -1, got %s".formatted(key, given));
        }
        return b;
    }

    /**
     * By up to this in either direction, or between two; in (-1, 1]; it must be given, there is no
     * default.
     */
    public RandomZoom heightFactor(double... value) {
        return with("height_factor", value);
    }

    /** The same for the width; null, the default, for the height's number. */
    public RandomZoom widthFactor(double... value) {
        return with("width_factor", value);
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
}
