package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

import java.util.Optional;

/**
 * Mean over an axis of -(t ln p + (1 - t) ln(1 - p)). Where the probabilities come straight from a
 * sigmoid, its argument z is used: ln(1 + e^z) - t z; else they are clipped to [1e-7, 1 - 1e-7].
 *
 * @param fromLogits whether predictions are logits instead of probabilities
 * @param labelSmoothing s in [0, 1]: t becomes t (1 - s) + s / 2
 * @param axis over which the mean is taken
 */
public record BinaryCrossentropy(boolean fromLogits, double labelSmoothing, int axis)
        implements Loss {
    /** Refuses smoothing outside [0, 1]. */
    public BinaryCrossentropy {
        Range.FRACTION.check("binary_crossentropy: label_smoothing", labelSmoothing);
    }

    /** Over the last axis. */
    public BinaryCrossentropy(boolean fromLogits, double labelSmoothing) {
        this(fromLogits, labelSmoothing, -1);
    }

    /** On probabilities, without smoothing. */
    public BinaryCrossentropy() {
        this(false, 0);
    }

    @Override
    public String name() {
        return "binary_crossentropy";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value t = Arithmetic.smoothed(f, target, labelSmoothing, 2);
        Value each = elements(f, prediction, t, fromLogits);
        return Arithmetic.reduce(f, each, Reduce.Function.MEAN, axis);
    }

    /** -(t ln p + (1 - t) ln(1 - p)), element by element. */
    static Value elements(Formula f, Value prediction, Value t, boolean fromLogits) {
        // as in Keras on TensorFlow, it is taken whatever fromLogits says
        Optional<Value> logits = Logits.of(f, prediction);
        if (logits.isPresent() || fromLogits) {
            Value z = logits.orElse(prediction);
            Value softplus = f.apply(Fn.Function.SOFTPLUS, z);
            return f.combine(softplus, Binary.Function.SUB, Arithmetic.product(f, t, z));
        }
        Value p = f.clip(prediction, Arithmetic.EPSILON, 1 - Arithmetic.EPSILON);
        Value hit = Arithmetic.product(f, t, f.apply(Fn.Function.LOG, p));
        Value miss =
                Arithmetic.product(
                        f, f.affine(t, -1, 1), f.apply(Fn.Function.LOG, f.affine(p, -1, 1)));
        return f.affine(f.combine(hit, Binary.Function.ADD, miss), -1, 0);
    }

    @Override
    public Loss options(Properties p) {
        return new BinaryCrossentropy(
                p.bool("from_logits", fromLogits),
                p.number("label_smoothing", labelSmoothing),
                p.integer("axis", axis));
    }
}
