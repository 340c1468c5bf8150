package dev.thaw.train.metric;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

/** The share of entries whose largest prediction is that of the target's class. */
public record SparseCategoricalAccuracy() implements Metric {
    @Override
    public String name() {
        return "sparse_categorical_accuracy";
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
        Value best = Answers.largest(f, prediction);
        return Answers.equal(f, best, f.reshape(target, best.shape()));
    }
}
