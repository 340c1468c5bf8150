package dev.thaw.layer;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options of {@link BatchNormalization}, under Keras's names and with Keras's defaults.
 *
 * @param axis the channel axis; negative counts from the end; default -1
 * @param momentum weight of the old moving statistic, in [0, 1]; default 0.99
 * @param epsilon added to the variance, at least 0; default 0.001
 * @param center whether beta is added; default true
 * @param scale whether gamma multiplies; default true
 * @param betaInitializer first value of beta; default zeros
 * @param gammaInitializer first value of gamma; default ones
 * @param betaRegularizer what the loss adds for beta; default nothing
 * @param gammaRegularizer what the loss adds for gamma; default nothing
 * @param betaConstraint what beta is pulled back to after each step; null, the default, for nothing
 * @param gammaConstraint what gamma is pulled back to after each step; null, the default, for
 *     nothing
 */
public record BatchNormalizationConfig(
        int axis,
        double momentum,
        double epsilon,
        boolean center,
        boolean scale,
        Initializer betaInitializer,
        Initializer gammaInitializer,
        Regularizer betaRegularizer,
        Regularizer gammaRegularizer,
        Constraint betaConstraint,
        Constraint gammaConstraint) {
    /** Keras's defaults. */
    public static final BatchNormalizationConfig DEFAULT =
            new BatchNormalizationConfig(
                    -1,
                    .99,
                    1e-3,
                    true,
                    true,
                    Initializer.zeros(),
                    Initializer.ones(),
                    Regularizer.NONE,
                    Regularizer.NONE,
                    null,
                    null);

    /** Refuses what makes no sense. */
    public BatchNormalizationConfig {
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException(
                    "BatchNormalization: momentum must be in [0, 1] (it weighs the old statistic), got "
                            + momentum);
        }
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "BatchNormalization: epsilon must be finite and at least 0, got " + epsilon);
        }
    }

    /** With another channel axis. */
    public BatchNormalizationConfig withAxis(int value) {
        return new BatchNormalizationConfig(
                value,
                momentum,
                epsilon,
                center,
                scale,
                betaInitializer,
                gammaInitializer,
                betaRegularizer,
                gammaRegularizer,
                betaConstraint,
                gammaConstraint);
    }

    /** With another momentum. */
    public BatchNormalizationConfig withMomentum(double value) {
        return new BatchNormalizationConfig(
                axis,
                value,
                epsilon,
                center,
                scale,
                betaInitializer,
                gammaInitializer,
                betaRegularizer,
                gammaRegularizer,
                betaConstraint,
                gammaConstraint);
    }

    /** With another epsilon. */
    public BatchNormalizationConfig withEpsilon(double value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                value,
                center,
                scale,
                betaInitializer,
                gammaInitializer,
                betaRegularizer,
                gammaRegularizer,
                betaConstraint,
                gammaConstraint);
    }

    /** With or without beta. */
    public BatchNormalizationConfig withCenter(boolean value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                value,
                scale,
                betaInitializer,
                gammaInitializer,
                betaRegularizer,
                gammaRegularizer,
                betaConstraint,
                gammaConstraint);
    }

    /** With or without gamma. */
    public BatchNormalizationConfig withScale(boolean value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                value,
                betaInitializer,
                gammaInitializer,
                betaRegularizer,
                gammaRegularizer,
                betaConstraint,
                gammaConstraint);
    }

    /** With other first values of beta and gamma. */
    public BatchNormalizationConfig withInitializers(Initializer beta, Initializer gamma) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                scale,
                beta,
                gamma,
                betaRegularizer,
                gammaRegularizer,
                betaConstraint,
                gammaConstraint);
    }

    /** With regularizers for beta and gamma. */
    public BatchNormalizationConfig withRegularizers(Regularizer beta, Regularizer gamma) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                scale,
                betaInitializer,
                gammaInitializer,
                beta,
                gamma,
                betaConstraint,
                gammaConstraint);
    }

    /** With constraints for beta and gamma; null for none. */
    public BatchNormalizationConfig withConstraints(Constraint beta, Constraint gamma) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                scale,
                betaInitializer,
                gammaInitializer,
                betaRegularizer,
                gammaRegularizer,
                beta,
                gamma);
    }

    /** Refuses inputs that the layer cannot take, or was not built for. */
    void check(String layer, Shape input, Optional<Variable> movingMean) {
        int a = axis < 0 ? axis + input.rank() : axis;
        if (a < 0 || a >= input.rank()) {
            throw new IllegalArgumentException(
                    layer
                            + ": axis "
                            + axis
                            + " does not exist in its input "
                            + input
                            + "; use -1 for the last axis");
        }
        int channels = input.dim(a);
        if (input.rank() < 2 || input.rank() > 5 || channels == Shape.NONE) {
            throw new IllegalArgumentException(
                    layer
                            + ": input must have 2 to 5 axes and a known extent at axis "
                            + axis
                            + ", got "
                            + input);
        }
        if (movingMean.isPresent() && movingMean.get().shape().dim(0) != channels) {
            throw new IllegalArgumentException(
                    layer
                            + ": was built for "
                            + movingMean.get().shape().dim(0)
                            + " channels at axis "
                            + axis
                            + ", got "
                            + channels
                            + " in "
                            + input);
        }
    }

    /** gamma and beta where wanted, then the moving statistics. */
    List<WeightSpec> weightSpecs(Shape channels) {
        List<WeightSpec> specs = new ArrayList<>();
        if (scale) {
            specs.add(
                    WeightSpec.trainable("gamma", channels, gammaInitializer, gammaRegularizer)
                            .withConstraint(gammaConstraint));
        }
        if (center) {
            specs.add(
                    WeightSpec.trainable("beta", channels, betaInitializer, betaRegularizer)
                            .withConstraint(betaConstraint));
        }
        specs.add(WeightSpec.state("moving_mean", channels, Initializer.zeros()));
        specs.add(WeightSpec.state("moving_variance", channels, Initializer.ones()));
        return specs;
    }

    void describe(Map<String, Object> config) {
        config.put("axis", axis);
        config.put("momentum", momentum);
        config.put("epsilon", epsilon);
        config.put("center", center);
        config.put("scale", scale);
        config.put("beta_regularizer", betaRegularizer);
        config.put("gamma_regularizer", gammaRegularizer);
        config.put("beta_constraint", betaConstraint);
        config.put("gamma_constraint", gammaConstraint);
    }
}
