package dev.thaw.layer;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The options of {@link BatchNormalization}, under Keras's names and with Keras's defaults.
 *
 * @param axis the channel axis; negative counts from the end; default -1
 * @param momentum weight of the old moving statistic, in [0, 1]; default 0.99
 * @param epsilon added to the variance, at least 0; default 0.001
 * @param center whether beta is added; default true
 * @param scale whether gamma multiplies; default true
 * @param beta the shift's options; default zeros at first
 * @param gamma the scale's options; default ones at first
 * @param movingMeanInitializer first value of the moving mean; default zeros
 * @param movingVarianceInitializer first value of the moving variance; default ones
 * @param renorm renormalization; null, the default, for none
 * @param synchronizedReplicas Keras's {@code synchronized}; one replica, all there is here, is in
 *     step with itself; default false
 */
public record BatchNormalizationConfig(
        int axis,
        double momentum,
        double epsilon,
        boolean center,
        boolean scale,
        WeightOptions beta,
        WeightOptions gamma,
        Initializer movingMeanInitializer,
        Initializer movingVarianceInitializer,
        BatchRenormalization renorm,
        boolean synchronizedReplicas) {
    /** Keras's defaults. */
    public static final BatchNormalizationConfig DEFAULT =
            new BatchNormalizationConfig(
                    -1,
                    .99,
                    1e-3,
                    true,
                    true,
                    WeightOptions.of(Initializer.zeros()),
                    WeightOptions.of(Initializer.ones()),
                    Initializer.zeros(),
                    Initializer.ones(),
                    null,
                    false);

    /** Refuses what makes no sense. */
    public BatchNormalizationConfig {
        Objects.requireNonNull(movingMeanInitializer, "movingMeanInitializer");
        Objects.requireNonNull(movingVarianceInitializer, "movingVarianceInitializer");
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
                beta,
                gamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                renorm,
                synchronizedReplicas);
    }

    /** With another momentum. */
    public BatchNormalizationConfig withMomentum(double value) {
        return new BatchNormalizationConfig(
                axis,
                value,
                epsilon,
                center,
                scale,
                beta,
                gamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                renorm,
                synchronizedReplicas);
    }

    /** With another epsilon. */
    public BatchNormalizationConfig withEpsilon(double value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                value,
                center,
                scale,
                beta,
                gamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                renorm,
                synchronizedReplicas);
    }

    /** With or without beta. */
    public BatchNormalizationConfig withCenter(boolean value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                value,
                scale,
                beta,
                gamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                renorm,
                synchronizedReplicas);
    }

    /** With or without gamma. */
    public BatchNormalizationConfig withScale(boolean value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                value,
                beta,
                gamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                renorm,
                synchronizedReplicas);
    }

    /** With other first values of beta and gamma. */
    public BatchNormalizationConfig withInitializers(Initializer ofBeta, Initializer ofGamma) {
        return withWeights(beta.withInitializer(ofBeta), gamma.withInitializer(ofGamma));
    }

    /** With regularizers for beta and gamma. */
    public BatchNormalizationConfig withRegularizers(Regularizer ofBeta, Regularizer ofGamma) {
        return withWeights(beta.withRegularizer(ofBeta), gamma.withRegularizer(ofGamma));
    }

    /** With constraints for beta and gamma; null for none. */
    public BatchNormalizationConfig withConstraints(Constraint ofBeta, Constraint ofGamma) {
        return withWeights(beta.withConstraint(ofBeta), gamma.withConstraint(ofGamma));
    }

    /** With other options for beta and gamma. */
    public BatchNormalizationConfig withWeights(WeightOptions ofBeta, WeightOptions ofGamma) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                scale,
                ofBeta,
                ofGamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                renorm,
                synchronizedReplicas);
    }

    /** With other first values of the moving statistics. */
    public BatchNormalizationConfig withMovingInitializers(Initializer mean, Initializer variance) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                scale,
                beta,
                gamma,
                mean,
                variance,
                renorm,
                synchronizedReplicas);
    }

    /** With renormalization; null for none. */
    public BatchNormalizationConfig withRenorm(BatchRenormalization value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                scale,
                beta,
                gamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                value,
                synchronizedReplicas);
    }

    /** With Keras's {@code synchronized}, which changes nothing on one device. */
    public BatchNormalizationConfig withSynchronized(boolean value) {
        return new BatchNormalizationConfig(
                axis,
                momentum,
                epsilon,
                center,
                scale,
                beta,
                gamma,
                movingMeanInitializer,
                movingVarianceInitializer,
                renorm,
                value);
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

    /** gamma and beta where wanted, then the statistics. */
    List<WeightSpec> weightSpecs(Shape channels) {
        List<WeightSpec> specs = new ArrayList<>();
        if (scale) {
            specs.add(gamma.spec("gamma", channels));
        }
        if (center) {
            specs.add(beta.spec("beta", channels));
        }
        specs.add(WeightSpec.state("moving_mean", channels, movingMeanInitializer));
        specs.add(WeightSpec.state("moving_variance", channels, movingVarianceInitializer));
        if (renorm != null) {
            specs.addAll(
                    BatchRenormalization.weightSpecs(
                            channels, movingMeanInitializer, movingVarianceInitializer));
        }
        return specs;
    }

    void describe(Map<String, Object> config) {
        config.put("axis", axis);
        config.put("momentum", momentum);
        config.put("epsilon", epsilon);
        config.put("center", center);
        config.put("scale", scale);
        WeightOptions.describeInitializers(config, beta, gamma);
        config.put("moving_mean_initializer", movingMeanInitializer);
        config.put("moving_variance_initializer", movingVarianceInitializer);
        WeightOptions.describeRest(config, beta, gamma);
        config.put("synchronized", synchronizedReplicas);
        config.put("renorm", renorm != null);
        config.put("renorm_clipping", renorm == null ? null : renorm.clipping());
        config.put(
                "renorm_momentum",
                (renorm == null ? BatchRenormalization.DEFAULT : renorm).momentum());
    }
}
