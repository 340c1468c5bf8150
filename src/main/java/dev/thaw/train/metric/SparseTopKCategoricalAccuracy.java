package dev.thaw.train.metric;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

/**
 * The share of entries where the target's class is among the k largest predictions.
 *
 * @param k how many, at least 1
 */
public record SparseTopKCategoricalAccuracy(int k) implements Metric {
    /** Refuses a k below 1. */
    public SparseTopKCategoricalAccuracy {
        Range.atLeast(1).check("sparse_top_k_categorical_accuracy: k", k);
    }

    /** Keras's default: 5. */
    public SparseTopKCategoricalAccuracy() {
        this(5);
    }

    @Override
    public String name() {
        return "sparse_top_k_categorical_accuracy";
    }

    @Override
    public boolean largerIsBetter() {
        return true;
    }

    @Override
    public DType targetType(Shape prediction, Shape target) {
        return DType.INT32;
    }

    @Override
    public void check(Shape prediction, DType targetType, Shape target) {
        AnyAccuracy.requireClasses(name(), prediction, target);
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return Answers.amongLargest(f, prediction, target, k);
    }

    @Override
    public Metric options(Properties p) {
        return new SparseTopKCategoricalAccuracy(p.integer("k", k, Range.atLeast(1)));
    }
}
