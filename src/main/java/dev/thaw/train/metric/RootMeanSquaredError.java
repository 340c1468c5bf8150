package dev.thaw.train.metric;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** sqrt of the mean of (p - t)^2 over all elements. */
public record RootMeanSquaredError() implements Metric {
    @Override
    public String name() {
        return "root_mean_squared_error";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return f.apply(Fn.Function.SQUARE, f.combine(prediction, Binary.Function.SUB, target));
    }

    @Override
    public double result(double mean) {
        return Math.sqrt(mean);
    }
}
