package dev.thaw.layer.weight;

import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.config.Registry;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.Optional;

/**
 * l1 sum |x| + l2 sum x^2, added to the loss: for a weight while it is trainable, not divided by
 * the batch; for a layer's output in every mode, divided by the batch. Null stands for none.
 *
 * @param penalty which of Keras's classes it is
 * @param l1 factor of the absolute values, at least 0
 * @param l2 factor of the squares, at least 0
 */
public record Regularizer(Penalty penalty, double l1, double l2) implements Configured {
    /** Keras's regularizers, with its defaults. */
    public static final Registry KNOWN =
            Registry.EMPTY
                    .with(Regularizer.class, "L1", () -> l1(.01))
                    .with(Regularizer.class, "L2", () -> l2(.01))
                    .with(Regularizer.class, "L1L2", () -> new Regularizer(0, 0));

    /** Keras's classes; they differ in their configuration alone. */
    public enum Penalty {
        /** {@code L1(l1)}. */
        L1,
        /** {@code L2(l2)}. */
        L2,
        /** {@code L1L2(l1, l2)}. */
        L1L2
    }

    /** Refuses negative and non-finite factors. */
    public Regularizer {
        Range.NOT_NEGATIVE.check("regularizer: l1", l1);
        Range.NOT_NEGATIVE.check("regularizer: l2", l2);
    }

    /** Both at once. */
    public Regularizer(double l1, double l2) {
        this(Penalty.L1L2, l1, l2);
    }

    /** l1 sum |x|. */
    public static Regularizer l1(double l1) {
        return new Regularizer(Penalty.L1, l1, 0);
    }

    /** l2 sum x^2. */
    public static Regularizer l2(double l2) {
        return new Regularizer(Penalty.L2, 0, l2);
    }

    @Override
    public String module() {
        return "keras.regularizers";
    }

    @Override
    public String className() {
        return penalty.name();
    }

    /** As Keras, whose {@code L1} rounds to float32. */
    @Override
    public Regularizer configure(Properties p) {
        return new Regularizer(
                penalty,
                switch (penalty) {
                    case L1 -> p.number("l1", (double) (float) l1, Range.NOT_NEGATIVE);
                    case L2 -> 0;
                    case L1L2 -> p.number("l1", l1, Range.NOT_NEGATIVE);
                },
                penalty == Penalty.L1 ? 0 : p.number("l2", l2, Range.NOT_NEGATIVE));
    }

    /** Emits the number that the loss adds for x; empty where that is always 0. */
    public Optional<Value> lower(Formula f, Value x) {
        Value first = l1 == 0 ? null : f.affine(f.sum(f.apply(Fn.Function.ABS, x)), l1, 0);
        Value second = l2 == 0 ? null : f.affine(f.sum(f.apply(Fn.Function.SQUARE, x)), l2, 0);
        if (first == null || second == null) {
            return Optional.ofNullable(first == null ? second : first);
        }
        return Optional.of(f.combine(first, Binary.Function.ADD, second));
    }
}
