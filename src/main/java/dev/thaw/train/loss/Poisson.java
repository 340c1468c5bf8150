package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** Mean over the last axis of p - t ln(p + 1e-7). */
public record Poisson() implements Loss {
    @Override
    public String name() {
        return "poisson";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value ln = f.apply(Fn.Function.LOG, f.affine(prediction, 1, Arithmetic.EPSILON));
        return f.meanLast(
                f.combine(prediction, Binary.Function.SUB, Arithmetic.product(f, target, ln)));
    }
}
