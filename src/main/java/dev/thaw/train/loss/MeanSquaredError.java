package dev.thaw.train.loss;

import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** Mean over the last axis of (p - t)^2. */
public record MeanSquaredError() implements Loss {
    @Override
    public String name() {
        return "mean_squared_error";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return f.meanLast(f.apply(Fn.Function.SQUARE, Arithmetic.error(f, prediction, target)));
    }
}
