package dev.thaw.layer.merging;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Value;

/** y = (x1 + .. + xn) / n, element by element. Shapes are equal; an extent of 1 repeats. */
public final class Average extends Merge<Average> {
    /** Takes no arguments. */
    public Average() {
        super(Binary.Function.ADD);
    }

    @Override
    Value finish(Lowering l, Value merged, int count) {
        Value y = l.temp("average", merged.shape());
        l.emit(new Affine(merged, y, 1.0 / count, 0));
        return y;
    }
}
