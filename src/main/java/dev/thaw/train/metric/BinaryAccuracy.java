package dev.thaw.train.metric;

import dev.thaw.config.Properties;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * The share of elements where a prediction above the threshold meets a target of 1, or another one
 * a target of 0.
 *
 * @param threshold from where on a prediction means 1
 */
public record BinaryAccuracy(double threshold) implements Metric {
    /** Threshold 0.5. */
    public BinaryAccuracy() {
        this(.5);
    }

    @Override
    public String name() {
        return "binary_accuracy";
    }

    @Override
    public boolean largerIsBetter() {
        return true;
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return Answers.equal(f, Answers.above(f, prediction, threshold), target);
    }

    @Override
    public Metric options(Properties p) {
        return new BinaryAccuracy(p.number("threshold", threshold));
    }
}
