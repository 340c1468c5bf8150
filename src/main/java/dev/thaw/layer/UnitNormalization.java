package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** y = x / max(sqrt(sum(x^2)), 1e-12), the sum over the axes. x, y: any shape, the same. */
public final class UnitNormalization extends UnaryLayer {
    /** Keras bounds 1 / sqrt(sum) by 1e12: the same in squares. */
    private static final double SMALLEST_SQUARE = 1e-24;

    private final int[] axis;
    private final boolean list;

    /** Over the last axis. */
    public UnitNormalization() {
        this(-1);
    }

    /** Over one axis; a negative one counts from the end. */
    public UnitNormalization(int axis) {
        this.axis = new int[] {axis};
        this.list = false;
    }

    /** Over these axes; negative ones count from the end. */
    public UnitNormalization(int... axis) {
        if (axis.length == 0) {
            throw refuse("axis must name at least one axis; use -1 for the last axis");
        }
        this.axis = axis.clone();
        this.list = true;
    }

    @Override
    protected Shape outputShape(Shape input) {
        AxisList.distinct(this, input, axis);
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        List<Integer> axes = AxisList.distinct(this, x.shape(), axis);
        Value sum = f.reduce(f.apply(Fn.Kind.SQUARE, x), Reduce.Kind.SUM, axes);
        Value norm = f.apply(Fn.Kind.SQRT, f.clip(sum, SMALLEST_SQUARE, Float.MAX_VALUE));
        return f.combine(x, Binary.Kind.DIV, norm);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("axis", list ? Arrays.stream(axis).boxed().toList() : (Object) axis[0]);
    }
}
