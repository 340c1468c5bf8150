package dev.thaw.layer.normalization;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** y = x / max(sqrt(sum(x^2)), 1e-12), the sum over the axes. x, y: any shape, the same. */
public final class UnitNormalization extends UnaryLayer<UnitNormalization> {
    /** Keras bounds 1 / sqrt(sum) by 1e12: the same in squares. */
    private static final double SMALLEST_SQUARE = 1e-24;

    private Axis axis = Axis.LAST;

    /** Over the last axis. */
    public UnitNormalization() {}

    /** Over these axes; negative ones count from the end. */
    public UnitNormalization(int... axis) {
        axis(axis);
    }

    @Override
    protected void properties(Properties p) {
        axis = p.axis("axis", axis);
    }

    /** Over these axes; negative ones count from the end; default -1. */
    public UnitNormalization axis(int... value) {
        return with("axis", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        InputAxes.distinct(this, input, axis);
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        List<Integer> axes = InputAxes.distinct(this, x.shape(), axis);
        Value sum = f.reduce(f.apply(Fn.Function.SQUARE, x), Reduce.Function.SUM, axes);
        Value norm = f.apply(Fn.Function.SQRT, f.clip(sum, SMALLEST_SQUARE, Float.MAX_VALUE));
        return f.combine(x, Binary.Function.DIV, norm);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
