package dev.thaw.train.metric;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.Optional;

/**
 * The share of right answers. As Keras does for {@code "accuracy"}, the shapes tell which kind: one
 * number per entry ({@link BinaryAccuracy}), class numbers ({@link SparseCategoricalAccuracy}), or
 * distributions ({@link CategoricalAccuracy}). Made by that name alone: {@code
 * Metric.of("accuracy")}.
 */
record AnyAccuracy() implements Metric {
    @Override
    public String name() {
        return "accuracy";
    }

    @Override
    public boolean largerIsBetter() {
        return true;
    }

    /** Keras has no object that decides by the shapes: files hold the name. */
    @Override
    public Optional<String> identifier() {
        return Optional.of("accuracy");
    }

    private static Metric kind(Shape prediction, Shape target) {
        if (prediction.last() == 1) {
            return new BinaryAccuracy();
        }
        return target.rank() < prediction.rank() || target.last() == 1
                ? new SparseCategoricalAccuracy()
                : new CategoricalAccuracy();
    }

    @Override
    public DType targetType(Shape prediction, Shape target) {
        return kind(prediction, target).targetType(prediction, target);
    }

    @Override
    public void check(Shape prediction, DType targetType, Shape target) {
        kind(prediction, target).check(prediction, targetType, target);
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        return kind(prediction.shape(), target.shape()).lower(f, prediction, target);
    }

    /** Refuses targets other than a class number per entry. */
    static void requireClasses(String metric, Shape prediction, Shape target) {
        if (target.size() != Answers.entries(prediction).size()) {
            throw new IllegalArgumentException(
                    "metric %s: needs a class number for each of %s, the targets have %s; choose a metric for the targets of the loss"
                            .formatted(metric, Answers.entries(prediction), target));
        }
    }
}
