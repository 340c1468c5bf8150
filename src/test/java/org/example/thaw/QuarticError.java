package org.example.thaw;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.train.loss.Loss;

/** mean((p - t)^4) over the last axis. */
public record QuarticError() implements Loss {
    @Override
    public String name() {
        return "quartic_error";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value error = f.combine(prediction, Binary.Function.SUB, target);
        return f.meanLast(f.apply(Fn.Function.SQUARE, f.apply(Fn.Function.SQUARE, error)));
    }
}
