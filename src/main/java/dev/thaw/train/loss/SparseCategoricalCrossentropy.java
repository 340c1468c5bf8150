package dev.thaw.train.loss;

import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/**
 * -ln p[class], with one class number per entry. Where the probabilities come straight from a
 * softmax, its argument is used; else they are clipped to [1e-7, 1 - 1e-7] and divided by their
 * sum.
 *
 * @param fromLogits whether predictions are logits instead of probabilities
 */
public record SparseCategoricalCrossentropy(boolean fromLogits) implements Loss {
    /** On probabilities. */
    public SparseCategoricalCrossentropy() {
        this(false);
    }

    @Override
    public String name() {
        return "sparse_categorical_crossentropy";
    }

    @Override
    public DType targetType() {
        return DType.INT32;
    }

    @Override
    public Shape targetShape(Shape prediction) {
        return prediction.sub(0, prediction.rank() - 1);
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value logits =
                fromLogits
                        ? prediction
                        : Logits.beforeSoftmax(f, prediction)
                                .orElseGet(
                                        () ->
                                                f.apply(
                                                        Fn.Kind.LOG,
                                                        f.clip(
                                                                prediction,
                                                                Logits.EPSILON,
                                                                1 - Logits.EPSILON)));
        int classes = logits.shape().last();
        int rows = Math.toIntExact(logits.size() / classes);
        Value loss = f.program().temp("cross_entropy", Shape.of(rows));
        f.program()
                .emit(
                        new SoftmaxCrossEntropy(
                                f.reshape(logits, Shape.of(rows, classes)),
                                f.reshape(target, Shape.of(rows)),
                                loss));
        return f.reshape(loss, targetShape(prediction.shape()));
    }

    @Override
    public void check(Tensor target, Shape prediction) {
        int classes = prediction.last();
        int[] labels = target.ints();
        int perRow = target.shape().dim(0) == 0 ? 1 : labels.length / target.shape().dim(0);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        name()
                                + ": labels must be in [0, "
                                + classes
                                + ") since the model has "
                                + classes
                                + " outputs, got "
                                + labels[i]
                                + " in row "
                                + i / Math.max(1, perRow));
            }
        }
    }
}
