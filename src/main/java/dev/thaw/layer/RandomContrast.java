package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * In training, y = (x - m) c + m, cut to the value range, with the mean m of each channel of each
 * image, and a random c of each image. x, y: [N, H, W, C].
 */
public final class RandomContrast extends RandomImageLayer<RandomContrast> {
    private final Bounds factor;
    private Bounds valueRange = new Bounds(0, 255);

    /** c from 1 to 1 + factor, as in Keras; in [0, 1]. */
    public RandomContrast(double factor) {
        this(new Bounds(0, factor));
    }

    /** c from 1 - lower to 1 + upper, both in [0, 1]. */
    public RandomContrast(Bounds factor) {
        this.factor = factor.within(this, "factor", 0, 1);
    }

    /** The least and the largest number that a pixel may have; default 0 and 255. */
    public RandomContrast valueRange(Bounds value) {
        refuseIfBuilt("valueRange");
        valueRange = Objects.requireNonNull(value, "valueRange");
        return this;
    }

    @Override
    RandomContrast self() {
        return this;
    }

    @Override
    Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        int n = x.shape().dim(0);
        Bounds range = new Bounds(1 - factor.lower(), 1 + factor.upper());
        Value c = f.reshape(within(l, uniform(l, n, 1), 0, range), Shape.of(n, 1, 1, 1));
        Value mean = f.reduce(x, Reduce.Kind.MEAN, List.of(1, 2));
        Value apart = f.combine(f.combine(x, Binary.Kind.SUB, mean), Binary.Kind.MUL, c);
        Value y = f.combine(apart, Binary.Kind.ADD, mean);
        return f.clip(y, valueRange.lower(), valueRange.upper());
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("factor", factor.config());
        config.put("value_range", valueRange.config());
        config.put("seed", givenSeed());
        super.configure(config);
    }
}
