package dev.thaw.train.metric;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** The share of entries whose largest prediction is where the largest target is. */
public record CategoricalAccuracy() implements Metric {
    @Override
    public String name() {
        return "categorical_accuracy";
    }

    @Override
    public boolean largerIsBetter() {
        return true;
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return Answers.equal(f, Answers.largest(f, prediction), Answers.largest(f, target));
    }
}
