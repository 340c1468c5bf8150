package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Objects;

/**
 * What a layer's user chooses for one of its weights.
 *
 * @param initializer its first value
 * @param regularizer what the loss adds for it
 * @param constraint what it is pulled back to after each step; null for nothing
 */
record WeightOptions(Initializer initializer, Regularizer regularizer, Constraint constraint) {
    /** A kernel's defaults. */
    static final WeightOptions KERNEL =
            new WeightOptions(Initializer.glorotUniform(), Regularizer.NONE, null);

    /** A bias's defaults. */
    static final WeightOptions BIAS =
            new WeightOptions(Initializer.zeros(), Regularizer.NONE, null);

    WeightOptions {
        Objects.requireNonNull(initializer, "initializer");
        Objects.requireNonNull(regularizer, "regularizer");
    }

    WeightOptions withInitializer(Initializer value) {
        return new WeightOptions(value, regularizer, constraint);
    }

    WeightOptions withRegularizer(Regularizer value) {
        return new WeightOptions(initializer, value, constraint);
    }

    WeightOptions withConstraint(Constraint value) {
        return new WeightOptions(initializer, regularizer, value);
    }

    WeightSpec spec(String name, Shape shape) {
        return WeightSpec.trainable(name, shape, initializer, regularizer)
                .withConstraint(constraint);
    }
}
