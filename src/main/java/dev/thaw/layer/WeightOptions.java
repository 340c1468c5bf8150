package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Map;
import java.util.Objects;

/**
 * What a user may choose for a trainable weight.
 *
 * @param initializer its first value
 * @param regularizer what the loss adds for it, or {@link Regularizer#NONE}
 * @param constraint what it is pulled back to after each step; null for nothing
 */
public record WeightOptions(
        Initializer initializer, Regularizer regularizer, Constraint constraint) {
    /** A kernel's defaults. */
    static final WeightOptions KERNEL = of(Initializer.glorotUniform());

    /** A bias's defaults. */
    static final WeightOptions BIAS = of(Initializer.zeros());

    /** Refuses absent initializers and regularizers. */
    public WeightOptions {
        Objects.requireNonNull(initializer, "initializer");
        Objects.requireNonNull(regularizer, "regularizer");
    }

    /** A first value and nothing else. */
    public static WeightOptions of(Initializer initializer) {
        return new WeightOptions(initializer, Regularizer.NONE, null);
    }

    /** With another first value. */
    public WeightOptions withInitializer(Initializer value) {
        return new WeightOptions(value, regularizer, constraint);
    }

    /** With another regularizer. */
    public WeightOptions withRegularizer(Regularizer value) {
        return new WeightOptions(initializer, value, constraint);
    }

    /** With another constraint; null for none. */
    public WeightOptions withConstraint(Constraint value) {
        return new WeightOptions(initializer, regularizer, value);
    }

    WeightSpec spec(String name, Shape shape) {
        return WeightSpec.trainable(name, shape, initializer, regularizer)
                .withConstraint(constraint);
    }

    /** Keras's keys of beta and gamma, in Keras's order. */
    static void describe(Map<String, Object> config, WeightOptions beta, WeightOptions gamma) {
        describeInitializers(config, beta, gamma);
        describeRest(config, beta, gamma);
    }

    static void describeInitializers(
            Map<String, Object> config, WeightOptions beta, WeightOptions gamma) {
        config.put("beta_initializer", beta.initializer);
        config.put("gamma_initializer", gamma.initializer);
    }

    static void describeRest(Map<String, Object> config, WeightOptions beta, WeightOptions gamma) {
        config.put("beta_regularizer", beta.regularizer);
        config.put("gamma_regularizer", gamma.regularizer);
        config.put("beta_constraint", beta.constraint);
        config.put("gamma_constraint", gamma.constraint);
    }
}
