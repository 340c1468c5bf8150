package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;
import java.util.Objects;

/**
 * In training, y = x + d, cut to the value range, with a random d of each image: a part of the
 * range's length. x, y: [N, H, W, C].
 */
public final class RandomBrightness extends RandomImageLayer<RandomBrightness> {
    private final Bounds factor;
    private Bounds valueRange = new Bounds(0, 255);

    /** By up to this part of the range in either direction, in [-1, 1]. */
    public RandomBrightness(double factor) {
        this(Bounds.around(factor));
    }

    /** By a part of the range between these, in [-1, 1]. */
    public RandomBrightness(Bounds factor) {
        this.factor = factor.within(this, "factor", -1, 1);
    }

    /** The least and the largest number that a pixel may have; default 0 and 255. */
    public RandomBrightness valueRange(Bounds value) {
        refuseIfBuilt("valueRange");
        valueRange = Objects.requireNonNull(value, "valueRange");
        return this;
    }

    @Override
    RandomBrightness self() {
        return this;
    }

    @Override
    Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        int n = x.shape().dim(0);
        double length = valueRange.upper() - valueRange.lower();
        Value part = within(l, uniform(l, n, 1), 0, factor);
        Value d = f.reshape(f.affine(part, length, 0), Shape.of(n, 1, 1, 1));
        Value y = f.combine(x, Binary.Kind.ADD, d);
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
