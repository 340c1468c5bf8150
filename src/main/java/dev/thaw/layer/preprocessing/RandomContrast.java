package dev.thaw.layer.preprocessing;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

import java.util.List;

/**
 * In training, y = (x - m) c + m, cut to the value range, with the mean m of each channel of each
 * image, and a random c of each image. x, y: [N, H, W, C].
 */
public final class RandomContrast extends ShadingLayer<RandomContrast> {
    /** A layer whose factor is still to be given. */
    public RandomContrast() {}

    /** c from 1 to 1 + factor, as in Keras, or from 1 - the first to 1 + the second; in [0, 1]. */
    public RandomContrast(double... factor) {
        factor(factor);
    }

    @Override
    Bounds bounds(List<Double> given) {
        boolean one = given != null && given.size() == 1;
        return Bounds.factor(this, "factor", one ? List.of(0., given.get(0)) : given, 0);
    }

    /**
     * c from 1 to 1 + factor, as in Keras, or from 1 - the first to 1 + the second; in [0, 1]; it
     * must be given, there is no default.
     */
    public RandomContrast factor(double... value) {
        return with("factor", value);
    }

    @Override
    Value shaded(Lowering l, Value x) {
        Formula f = l.formula();
        Value c = drawn(l, x, new Bounds(1 - factor().lower(), 1 + factor().upper()));
        Value mean = f.reduce(x, Reduce.Function.MEAN, List.of(1, 2));
        Value apart = f.combine(f.combine(x, Binary.Function.SUB, mean), Binary.Function.MUL, c);
        return f.combine(apart, Binary.Function.ADD, mean);
    }
}
