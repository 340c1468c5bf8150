package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Changes the values of pixels where they are, by one random number for each image, and cuts them
 * to the value range.
 *
 * @param <S> the layer itself
 */
public abstract class ShadingLayer<S extends ShadingLayer<S>> extends RandomImageLayer<S> {
    private Bounds factor;
    private Bounds valueRange = new Bounds(0, 255);

    ShadingLayer() {}

    /** The range of the factor as it was given, null for nothing. */
    abstract Bounds bounds(List<Double> given);

    /** The changed pixels; {@link #drawn} gives a number for each image. */
    abstract Value shaded(Lowering l, Value x);

    @Override
    protected final void properties(Properties p) {
        factor = bounds(p.needed("factor", Bounds.list(factor)));
        valueRange =
                Bounds.of(this, "value_range", p.numbers("value_range", Bounds.list(valueRange)));
        seed(p);
        dataFormat(p);
    }

    /** The least and the largest number that a pixel may have; default 0 and 255. */
    public final S valueRange(double least, double largest) {
        return with("value_range", List.of(least, largest));
    }

    final Bounds factor() {
        return factor;
    }

    final Bounds valueRange() {
        return valueRange;
    }

    /** A random number of each image, in a range: [N, 1, 1, 1]. */
    final Value drawn(Lowering l, Value x, Bounds range) {
        int n = x.shape().dim(0);
        return l.formula().reshape(within(l, uniform(l, n, 1), 0, range), Shape.of(n, 1, 1, 1));
    }

    @Override
    protected final Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        return f.clip(shaded(l, x), valueRange.lower(), valueRange.upper());
    }
}
