package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Optional;

/**
 * -sum t ln p, with a distribution t per entry. Where the probabilities come straight from a
 * softmax, its argument is used; else they are divided by their sum and clipped to [1e-7, 1 -
 * 1e-7].
 *
 * @param fromLogits whether predictions are logits instead of probabilities
 * @param labelSmoothing s in [0, 1]: t becomes t (1 - s) + s / K
 */
public record CategoricalCrossentropy(boolean fromLogits, double labelSmoothing) implements Loss {
    /** Refuses smoothing outside [0, 1]. */
    public CategoricalCrossentropy {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "categorical_crossentropy: label_smoothing must be in [0, 1], got "
                            + labelSmoothing);
        }
    }

    /** On probabilities, without smoothing. */
    public CategoricalCrossentropy() {
        this(false, 0);
    }

    @Override
    public String name() {
        return "categorical_crossentropy";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        int classes = prediction.shape().last();
        Value t =
                labelSmoothing == 0
                        ? target
                        : f.affine(target, 1 - labelSmoothing, labelSmoothing / classes);
        Optional<Value> logits =
                fromLogits ? Optional.of(prediction) : Logits.beforeSoftmax(f, prediction);
        Shape entries = prediction.shape().sub(0, prediction.shape().rank() - 1);
        if (logits.isPresent()) {
            int rows = Math.toIntExact(prediction.size() / classes);
            Value loss = f.program().temp("cross_entropy", Shape.of(rows));
            f.program()
                    .emit(
                            new SoftmaxCrossEntropy(
                                    f.reshape(logits.get(), Shape.of(rows, classes)),
                                    f.reshape(t, Shape.of(rows, classes)),
                                    loss));
            return f.reshape(loss, entries);
        }
        Value p = f.combine(prediction, Binary.Kind.DIV, f.reduceLast(prediction, Reduce.Kind.SUM));
        Value ln = f.apply(Fn.Kind.LOG, f.clip(p, Logits.EPSILON, 1 - Logits.EPSILON));
        Value sum = f.reduceLast(f.combine(t, Binary.Kind.MUL, ln), Reduce.Kind.SUM);
        return f.reshape(f.affine(sum, -1, 0), entries);
    }
}
