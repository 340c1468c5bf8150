package dev.thaw.layer.core;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/**
 * A position whose features all equal the mask value is no longer valid: y is 0 there, else x, and
 * y carries a mask that says so. x, y: [N, T, .., C], mask: [N, T, ..].
 */
public final class Masking extends UnaryLayer<Masking> {
    private double maskValue;

    /** Masks what is 0. */
    public Masking() {}

    /** Masks what has this value, which is finite. */
    public Masking(double maskValue) {
        maskValue(maskValue);
    }

    @Override
    protected void properties(Properties p) {
        maskValue = p.number("mask_value", maskValue);
    }

    /** What all features of a position that does not count are, finite; default 0. */
    public Masking maskValue(double value) {
        return with("mask_value", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() < 2) {
            throw refuse("input must have a batch and features, got " + input);
        }
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        Value distance = f.apply(Fn.Function.ABS, f.affine(x, 1, -maskValue));
        Value largest = f.reduceLast(distance, Reduce.Function.MAX);
        Value valid = f.stopGradient(f.apply(new Fn(Fn.Function.STEP, 0, 0), largest));
        Value y = f.combine(x, Binary.Function.MUL, valid);
        l.setMask(y, f.reshape(valid, x.shape().sub(0, x.shape().rank() - 1)));
        return y;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
