package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * In training, y = (x - m) c + m, cut to the value range, with the mean m of each channel of each
 * image, and a random c of each image. x, y: [N, H, W, C].
 */
public final class RandomContrast extends RandomImageLayer<RandomContrast> {
    private Bounds factor;
    private Bounds valueRange = new Bounds(0, 255);

    /** A layer whose factor is still to be given. */
    public RandomContrast() {}

    /** c from 1 to 1 + factor, as in Keras, or from 1 - the first to 1 + the second; in [0, 1]. */
    public RandomContrast(double... factor) {
        factor(factor);
    }

    @Override
    protected void properties(Properties p) {
        List<Double> given = p.needed("factor", Bounds.list(factor));
        boolean one = given != null && given.size() == 1;
        factor =
                given == null
                        ? null
                        : Bounds.of(this, "factor", one ? List.of(0., given.get(0)) : given)
                                .within(this, "factor", 0, 1);
        valueRange =
                Bounds.of(this, "value_range", p.numbers("value_range", Bounds.list(valueRange)));
        seed(p);
        dataFormat(p);
    }

    /** c from 1 to 1 + factor, as in Keras, or from 1 - the first to 1 + the second; in [0, 1]. */
    public RandomContrast factor(double... value) {
        return with("factor", value);
    }

    /** The least and the largest number that a pixel may have; default 0 and 255. */
    public RandomContrast valueRange(double least, double largest) {
        return with("value_range", List.of(least, largest));
    }

    @Override
    protected Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        int n = x.shape().dim(0);
        Bounds range = new Bounds(1 - factor.lower(), 1 + factor.upper());
        Value c = f.reshape(within(l, uniform(l, n, 1), 0, range), Shape.of(n, 1, 1, 1));
        Value mean = f.reduce(x, Reduce.Kind.MEAN, List.of(1, 2));
        Value apart = f.combine(f.combine(x, Binary.Kind.SUB, mean), Binary.Kind.MUL, c);
        Value y = f.combine(apart, Binary.Kind.ADD, mean);
        return f.clip(y, valueRange.lower(), valueRange.upper());
    }
}
