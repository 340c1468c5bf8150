package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
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
 * @param labelSmoothing s in [0, 1]: t becomes t (1 - s) + s / K, with K the last extent
 * @param axis of the classes
 */
public record CategoricalCrossentropy(boolean fromLogits, double labelSmoothing, int axis)
        implements Loss {
    /** Refuses smoothing outside [0, 1]. */
    public CategoricalCrossentropy {
        Range.FRACTION.check("categorical_crossentropy: label_smoothing", labelSmoothing);
    }

    /** Classes along the last axis. */
    public CategoricalCrossentropy(boolean fromLogits, double labelSmoothing) {
        this(fromLogits, labelSmoothing, -1);
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
        Value t = Arithmetic.smoothed(f, target, labelSmoothing, target.shape().last());
        // as in Keras on TensorFlow, it is taken whatever fromLogits says
        Optional<Value> logits = Logits.of(f, prediction);
        if (logits.isPresent() || fromLogits) {
            return ofLogits(
                    f,
                    Arithmetic.axisLast(f, logits.orElse(prediction), axis),
                    Arithmetic.axisLast(f, t, axis));
        }
        Value ln = f.apply(Fn.Function.LOG, probabilities(f, prediction, axis));
        Value sum = Arithmetic.reduce(f, Arithmetic.product(f, t, ln), Reduce.Function.SUM, axis);
        return f.affine(sum, -1, 0);
    }

    /** Divided by their sum and kept away from 0 and 1. */
    static Value probabilities(Formula f, Value prediction, int axis) {
        int a = prediction.shape().axis(axis);
        Value sum = f.reduce(prediction, Reduce.Function.SUM, java.util.List.of(a));
        return f.clip(
                f.combine(prediction, Binary.Function.DIV, sum),
                Arithmetic.EPSILON,
                1 - Arithmetic.EPSILON);
    }

    /** The cross-entropy of the last axis, without that axis. */
    static Value ofLogits(Formula f, Value logits, Value t) {
        int classes = logits.shape().last();
        int rows = Math.toIntExact(logits.size() / classes);
        Value loss = f.program().temp("cross_entropy", Shape.of(rows));
        f.program()
                .emit(
                        new SoftmaxCrossEntropy(
                                f.reshape(logits, Shape.of(rows, classes)),
                                f.reshape(t, Shape.of(rows, classes)),
                                loss));
        return f.reshape(loss, logits.shape().sub(0, logits.shape().rank() - 1));
    }

    @Override
    public Loss options(Properties p) {
        return new CategoricalCrossentropy(
                p.bool("from_logits", fromLogits),
                p.number("label_smoothing", labelSmoothing),
                p.integer("axis", axis));
    }
}
