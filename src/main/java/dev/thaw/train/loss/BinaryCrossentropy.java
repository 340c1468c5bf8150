package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.Optional;

/**
 * Mean over the last axis of -(t ln p + (1 - t) ln(1 - p)). Where the probabilities come straight
 * from a sigmoid, its argument z is used: ln(1 + e^z) - t z; else they are clipped to [1e-7, 1 -
 * 1e-7].
 *
 * @param fromLogits whether predictions are logits instead of probabilities
 * @param labelSmoothing s in [0, 1]: t becomes t (1 - s) + s / 2
 */
public record BinaryCrossentropy(boolean fromLogits, double labelSmoothing) implements Loss {
    /** Refuses smoothing outside [0, 1]. */
    public BinaryCrossentropy {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "binary_crossentropy: label_smoothing must be in [0, 1], got "
                            + labelSmoothing);
        }
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
        Value t =
                labelSmoothing == 0
                        ? target
                        : f.affine(target, 1 - labelSmoothing, labelSmoothing / 2);
        Optional<Value> logits =
                fromLogits ? Optional.of(prediction) : Logits.beforeSigmoid(f, prediction);
        if (logits.isPresent()) {
            Value z = logits.get();
            Value softplus = f.apply(Fn.Kind.SOFTPLUS, z);
            return f.meanLast(
                    f.combine(softplus, Binary.Kind.SUB, f.combine(t, Binary.Kind.MUL, z)));
        }
        Value p = f.clip(prediction, Logits.EPSILON, 1 - Logits.EPSILON);
        Value hit = f.combine(t, Binary.Kind.MUL, f.apply(Fn.Kind.LOG, p));
        Value miss =
                f.combine(
                        f.affine(t, -1, 1),
                        Binary.Kind.MUL,
                        f.apply(Fn.Kind.LOG, f.affine(p, -1, 1)));
        return f.affine(f.meanLast(f.combine(hit, Binary.Kind.ADD, miss)), -1, 0);
    }
}
