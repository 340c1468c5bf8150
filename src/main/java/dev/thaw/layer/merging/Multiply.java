package dev.thaw.layer.merging;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/**
 * y = x1 x2 .., element by element. Shapes are equal; an extent of 1 repeats. Where an input is
 * masked it counts as 1; where all are, y is 0.
 */
public final class Multiply extends Merge<Multiply> {
    /** Takes no arguments. */
    public Multiply() {
        super(Binary.Function.MUL);
    }

    @Override
    Value mergeMasked(Lowering l, List<Value> inputs) {
        Value product = merge(l, inputs.stream().map(x -> oneWhereMasked(l, x)).toList());
        Value any = anyMask(l, inputs);
        return any == null
                ? product
                : l.formula().combine(product, Binary.Function.MUL, column(l, any));
    }

    private static Value oneWhereMasked(Lowering l, Value x) {
        if (l.mask(x) == null) {
            return x;
        }
        Formula f = l.formula();
        Value mask = column(l, l.mask(x));
        Value kept = f.combine(x, Binary.Function.MUL, mask);
        return f.combine(kept, Binary.Function.ADD, f.affine(mask, -1, 1));
    }
}
