package dev.thaw.layer.weight;

import dev.thaw.config.Properties;

import java.util.Objects;

/**
 * What a user may choose for a trainable weight: Keras's {@code kernel_initializer}, {@code
 * kernel_regularizer} and {@code kernel_constraint}.
 */
public final class WeightOptions {
    private final String name;
    private Initializer initializer;
    private Regularizer regularizer;
    private Constraint constraint;

    /**
     * A weight with a first value and nothing else.
     *
     * @param name what the keys begin with: {@code kernel}
     */
    public WeightOptions(String name, Initializer initializer) {
        this.name = Objects.requireNonNull(name, "name");
        this.initializer = Objects.requireNonNull(initializer, "initializer");
    }

    /** A kernel, Glorot uniform at first. */
    public static WeightOptions kernel() {
        return new WeightOptions("kernel", Initializer.glorotUniform());
    }

    /** A bias, zeros at first. */
    public static WeightOptions bias() {
        return new WeightOptions("bias", Initializer.zeros());
    }

    /** The weight's name. */
    public String name() {
        return name;
    }

    /** Its first value. */
    public Initializer initializer() {
        return initializer;
    }

    /** What the loss adds for it; null for nothing. */
    public Regularizer regularizer() {
        return regularizer;
    }

    /** What it is pulled back to after each step; null for nothing. */
    public Constraint constraint() {
        return constraint;
    }

    /** The walk over all options of these weights, in Keras's order. */
    public static void walk(Properties p, WeightOptions... weights) {
        initializers(p, weights);
        regularizers(p, weights);
        constraints(p, weights);
    }

    /** The walk over the first values. */
    public static void initializers(Properties p, WeightOptions... weights) {
        for (WeightOptions w : weights) {
            w.initializer = p.object(w.name + "_initializer", Initializer.class, w.initializer);
        }
    }

    /** The walk over the regularizers. */
    public static void regularizers(Properties p, WeightOptions... weights) {
        for (WeightOptions w : weights) {
            w.regularizer =
                    p.objectOrNull(w.name + "_regularizer", Regularizer.class, w.regularizer);
        }
    }

    /** The walk over the constraints. */
    public static void constraints(Properties p, WeightOptions... weights) {
        for (WeightOptions w : weights) {
            w.constraint = p.objectOrNull(w.name + "_constraint", Constraint.class, w.constraint);
        }
    }
}
