package dev.thaw.layer.pooling;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * The mean of all cells, per channel; of the valid ones where there is a mask, and NaN where none
 * is. x: [N, L, C], y: [N, C], or [N, 1, C] with keepdims. y has no mask.
 */
public final class GlobalAveragePooling1D extends BaseGlobalPooling<GlobalAveragePooling1D> {
    /** Without the spatial axes in the result. */
    public GlobalAveragePooling1D() {
        super(1, Reduce.Function.MEAN);
    }

    @Override
    protected Value emit(Lowering l, Value x) {
        Value mask = l.mask(x);
        if (mask == null) {
            return super.emit(l, x);
        }
        Formula f = l.formula();
        Value valid = f.reshape(mask, x.shape().withDim(-1, 1));
        Value sum =
                f.reduce(f.combine(x, Binary.Function.MUL, valid), Reduce.Function.SUM, List.of(1));
        Value count = f.reduce(valid, Reduce.Function.SUM, List.of(1));
        Shape result = resultShape(x.shape());
        Value y = f.reshape(f.combine(sum, Binary.Function.DIV, count), result);
        l.setMask(y, null);
        return y;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
