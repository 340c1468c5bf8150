package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

/** Sum over the last axis of t ln(t / p), both clipped to [1e-7, 1]. */
public record KLDivergence() implements Loss {
    @Override
    public String name() {
        return "kl_divergence";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value t = f.clip(target, Arithmetic.EPSILON, 1);
        Value p = f.clip(prediction, Arithmetic.EPSILON, 1);
        Value ln = f.apply(Fn.Function.LOG, f.combine(t, Binary.Function.DIV, p));
        return Arithmetic.reduce(f, Arithmetic.product(f, t, ln), Reduce.Function.SUM, -1);
    }
}
