package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** 100 times the mean over the last axis of |t - p| / max(|t|, 1e-7). */
public record MeanAbsolutePercentageError() implements Loss {
    @Override
    public String name() {
        return "mean_absolute_percentage_error";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value size = Arithmetic.atLeast(f, f.apply(Fn.Function.ABS, target), Arithmetic.EPSILON);
        Value error = f.apply(Fn.Function.ABS, Arithmetic.error(f, prediction, target));
        return f.affine(f.meanLast(f.combine(error, Binary.Function.DIV, size)), 100, 0);
    }
}
