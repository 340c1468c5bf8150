package dev.thaw.train.metric;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * The share of entries where the class of the largest target is among the k largest predictions.
 *
 * @param k how many, at least 1
 */
public record TopKCategoricalAccuracy(int k) implements Metric {
    /** Refuses a k below 1. */
    public TopKCategoricalAccuracy {
        Range.atLeast(1).check("top_k_categorical_accuracy: k", k);
    }

    /** Keras's default: 5. */
    public TopKCategoricalAccuracy() {
        this(5);
    }

    @Override
    public String name() {
        return "top_k_categorical_accuracy";
    }

    @Override
    public boolean largerIsBetter() {
        return true;
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return Answers.amongLargest(f, prediction, Answers.largest(f, target), k);
    }

    @Override
    public Metric options(Properties p) {
        return new TopKCategoricalAccuracy(p.integer("k", k, Range.atLeast(1)));
    }
}
