package dev.thaw.train.metric;

import dev.thaw.config.Properties;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.train.loss.CosineSimilarity;
import dev.thaw.train.loss.Loss;

import java.util.Optional;

/**
 * Any loss as a metric: {@code new MeanLoss(new MeanAbsoluteError())}. As in Keras, the metric of
 * {@link CosineSimilarity} is the cosine, without the loss's minus.
 *
 * @param loss what is averaged
 */
public record MeanLoss(Loss loss) implements Metric {
    @Override
    public String name() {
        return loss.name();
    }

    @Override
    public DType targetType(Shape prediction, Shape target) {
        return loss.targetType();
    }

    @Override
    public void check(Shape prediction, DType targetType, Shape target) {
        Shape wanted = loss.targetShape(prediction);
        if (!target.equals(wanted)) {
            throw new IllegalArgumentException(
                    "metric %s: needs targets of shape %s, the model's loss has %s; choose a metric for the targets of the loss"
                            .formatted(name(), wanted, target));
        }
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value value = loss.lower(f, prediction, target);
        return loss.className().equals("CosineSimilarity") ? f.affine(value, -1, 0) : value;
    }

    /** Without weights Keras counts what a loss ignores, as entries of 0. */
    @Override
    public Optional<Value> valid(Formula f, Value prediction, Value target) {
        return loss.valid(f, prediction, target);
    }

    @Override
    public boolean largerIsBetter() {
        return loss.className().equals("CosineSimilarity");
    }

    @Override
    public String className() {
        return loss.className().equals("LogCosh") ? "LogCoshError" : loss.className();
    }

    @Override
    public Metric options(Properties p) {
        return new MeanLoss(loss.options(p));
    }
}
