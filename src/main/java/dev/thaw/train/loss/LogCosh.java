package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** Mean over the last axis of ln cosh e = e + ln(1 + e^-2e) - ln 2, with e = p - t. */
public record LogCosh() implements Loss {
    @Override
    public String name() {
        return "log_cosh";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value e = Arithmetic.error(f, prediction, target);
        Value rest = f.affine(f.apply(Fn.Function.SOFTPLUS, f.affine(e, -2, 0)), 1, -Math.log(2));
        return f.meanLast(f.combine(e, Binary.Function.ADD, rest));
    }
}
