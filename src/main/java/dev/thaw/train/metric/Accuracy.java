package dev.thaw.train.metric;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/**
 * The share of predictions that equal their targets exactly, as Keras's class has it. What Keras
 * takes by the name {@code "accuracy"} is {@code Metric.of("accuracy")}.
 */
public record Accuracy() implements Metric {
    @Override
    public String name() {
        return "accuracy";
    }

    @Override
    public boolean largerIsBetter() {
        return true;
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Shape shape = prediction.shape();
        if (target.size() != prediction.size()) {
            throw new IllegalArgumentException(
                    "metric accuracy: the object Accuracy compares numbers with numbers, got predictions of %s and targets of %s; Metric.of(\"accuracy\") goes by classes"
                            .formatted(shape, target.shape()));
        }
        return Answers.equal(f, prediction, f.reshape(target, shape));
    }
}
