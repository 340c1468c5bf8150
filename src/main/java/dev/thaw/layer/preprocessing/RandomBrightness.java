package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * In training, y = x + d, cut to the value range, with a random d of each image: a part of the
 * range's length. x, y: [N, H, W, C].
 */
public final class RandomBrightness extends RandomImageLayer<RandomBrightness> {
    private Bounds factor;
    private Bounds valueRange = new Bounds(0, 255);

    /** A layer whose factor is still to be given. */
    public RandomBrightness() {}

    /** By up to this part of the range in either direction, or between two; in [-1, 1]. */
    public RandomBrightness(double... factor) {
        factor(factor);
    }

    @Override
    protected void properties(Properties p) {
        List<Double> given = p.needed("factor", Bounds.list(factor));
        factor =
                given == null
                        ? null
                        : Bounds.of(this, "factor", given).within(this, "factor", -1, 1);
        valueRange =
                Bounds.of(this, "value_range", p.numbers("value_range", Bounds.list(valueRange)));
        seed(p);
        dataFormat(p);
    }

    /** By up to this part of the range in either direction, or between two; in [-1, 1]. */
    public RandomBrightness factor(double... value) {
        return with("factor", value);
    }

    /** The least and the largest number that a pixel may have; default 0 and 255. */
    public RandomBrightness valueRange(double least, double largest) {
        return with("value_range", List.of(least, largest));
    }

    @Override
    protected Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        int n = x.shape().dim(0);
        double length = valueRange.upper() - valueRange.lower();
        Value part = within(l, uniform(l, n, 1), 0, factor);
        Value d = f.reshape(f.affine(part, length, 0), Shape.of(n, 1, 1, 1));
        Value y = f.combine(x, Binary.Kind.ADD, d);
        return f.clip(y, valueRange.lower(), valueRange.upper());
    }
}
