package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * l1 sum |x| + l2 sum x^2, added to the loss: for a weight while it is trainable, not divided by
 * the batch; for a layer's output in every mode, divided by the batch.
 *
 * @param kind which of Keras's classes it is
 * @param l1 factor of the absolute values, at least 0
 * @param l2 factor of the squares, at least 0
 */
public record Regularizer(Kind kind, double l1, double l2) implements Configured {
    /** No regularization. */
    public static final Regularizer NONE = new Regularizer(Kind.NONE, 0, 0);

    /** Keras's classes; they differ in their configuration alone. */
    public enum Kind {
        /** None. */
        NONE,
        /** {@code L1(l1)}. */
        L1,
        /** {@code L2(l2)}. */
        L2,
        /** {@code L1L2(l1, l2)}. */
        L1L2
    }

    /** Refuses negative and non-finite factors. */
    public Regularizer {
        if (!(l1 >= 0 && l2 >= 0 && l1 + l2 < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "regularizer: l1 and l2 must be finite and at least 0, got "
                            + l1
                            + " and "
                            + l2);
        }
    }

    /** Both at once. */
    public Regularizer(double l1, double l2) {
        this(Kind.L1L2, l1, l2);
    }

    /** l1 sum |x|. */
    public static Regularizer l1(double l1) {
        return new Regularizer(Kind.L1, l1, 0);
    }

    /** l2 sum x^2. */
    public static Regularizer l2(double l2) {
        return new Regularizer(Kind.L2, 0, l2);
    }

    @Override
    public String module() {
        return "keras.regularizers";
    }

    /** Keras's class name; empty for {@link #NONE}. */
    @Override
    public String className() {
        return kind == Kind.NONE ? "" : kind.name();
    }

    /** Keras's configuration, in its order; {@code L1} rounds to float32 there. */
    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        if (kind == Kind.L1) {
            config.put("l1", (double) (float) l1);
        } else if (kind == Kind.L2) {
            config.put("l2", l2);
        } else if (kind == Kind.L1L2) {
            config.put("l1", l1);
            config.put("l2", l2);
        }
        return config;
    }

    /** Emits the number that the loss adds for x; empty where that is always 0. */
    public Optional<Value> lower(Formula f, Value x) {
        Value first = l1 == 0 ? null : f.affine(f.sum(f.apply(Fn.Kind.ABS, x)), l1, 0);
        Value second = l2 == 0 ? null : f.affine(f.sum(f.apply(Fn.Kind.SQUARE, x)), l2, 0);
        if (first == null || second == null) {
            return Optional.ofNullable(first == null ? second : first);
        }
        return Optional.of(f.combine(first, Binary.Kind.ADD, second));
    }
}
