package dev.thaw.layer.preprocessing;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/**
 * In training, y = x + d, cut to the value range, with a random d of each image: a part of the
 * range's length. x, y: [N, H, W, C].
 */
public final class RandomBrightness extends ShadingLayer<RandomBrightness> {
    /** A layer whose factor is still to be given. */
    public RandomBrightness() {}

    /** By up to this part of the range in either direction, or between two; in [-1, 1]. */
    public RandomBrightness(double... factor) {
        factor(factor);
    }

    @Override
    Bounds bounds(List<Double> given) {
        return Bounds.factor(this, "factor", given, -1);
    }

    /**
     * By up to this part of the range in either direction, or between two; in [-1, 1]; it must be
     * given, there is no default.
     */
    public RandomBrightness factor(double... value) {
        return with("factor", value);
    }

    @Override
    Value shaded(Lowering l, Value x) {
        Formula f = l.formula();
        double length = valueRange().upper() - valueRange().lower();
        Value shift = f.affine(drawn(l, x, factor()), length, 0);
        return f.combine(x, Binary.Function.ADD, l.whole(0) == null ? shift : f.truncate(shift));
    }
}
