package dev.thaw.train.loss;

import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** Mean over the last axis of (ln(1 + max(p, 1e-7)) - ln(1 + max(t, 1e-7)))^2. */
public record MeanSquaredLogarithmicError() implements Loss {
    @Override
    public String name() {
        return "mean_squared_logarithmic_error";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value error = Arithmetic.error(f, logarithm(f, prediction), logarithm(f, target));
        return f.meanLast(f.apply(Fn.Function.SQUARE, error));
    }

    private static Value logarithm(Formula f, Value x) {
        Value atLeastZero = Arithmetic.atLeast(f, x, Arithmetic.EPSILON);
        return f.apply(Fn.Function.LOG, f.affine(atLeastZero, 1, 1));
    }
}
