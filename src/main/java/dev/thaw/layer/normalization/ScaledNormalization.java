package dev.thaw.layer.normalization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * A normalization that is scaled by gamma and shifted by beta.
 *
 * @param <S> the layer itself
 */
public abstract class ScaledNormalization<S extends ScaledNormalization<S>> extends UnaryLayer<S> {
    private final WeightOptions beta = new WeightOptions("beta", Initializer.zeros());
    private final WeightOptions gamma = new WeightOptions("gamma", Initializer.ones());
    private double epsilon = 1e-3;
    private boolean center = true;
    private boolean scale = true;

    ScaledNormalization() {}

    /** The walk over epsilon, center and scale. */
    final void scaling(Properties p) {
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
        center = p.bool("center", center);
        scale = p.bool("scale", scale);
    }

    /** beta and gamma, in the order of Keras's keys. */
    final WeightOptions[] options() {
        return new WeightOptions[] {beta, gamma};
    }

    /** gamma and beta where wanted, in the order of Keras's weights. */
    final List<WeightSpec> scalingWeights(Shape shape) {
        List<WeightSpec> specs = new ArrayList<>();
        if (scale) {
            specs.add(gammaWeight(shape));
        }
        if (center) {
            specs.add(WeightSpec.trainable(beta, shape));
        }
        return specs;
    }

    final WeightSpec gammaWeight(Shape shape) {
        return WeightSpec.trainable(gamma, shape);
    }

    /**
     * The channel axis in [0, rank); refuses one whose extent is not known or not the built one.
     */
    final int channelAxis(Shape input, int axis) {
        int a = InputAxes.resolve(this, input, axis);
        if (input.dim(a) == Shape.NONE) {
            throw refuse(
                    "input must have a known extent at axis %d, got %s".formatted(axis, input));
        }
        checkBuilt(Shape.of(input.dim(a)), axis, input);
        return a;
    }

    /** Refuses an input that needs weights of another shape than the layer was built with. */
    final void checkBuilt(Shape weights, Object axis, Shape input) {
        ownWeights().stream()
                .map(w -> w.variable().shape())
                .filter(built -> !built.equals(weights))
                .findFirst()
                .ifPresent(
                        built -> {
                            throw refuse(
                                    "was built for extents %s at axis %s, got %s"
                                            .formatted(built, axis, input));
                        });
    }

    /** Added to the variance, at least 0; default 0.001. */
    public final S epsilon(double value) {
        return with("epsilon", value);
    }

    final double epsilon() {
        return epsilon;
    }

    /** Whether beta is added; default true. */
    public final S center(boolean value) {
        return with("center", value);
    }

    final boolean center() {
        return center;
    }

    /** Whether gamma multiplies; default true. */
    public final S scale(boolean value) {
        return with("scale", value);
    }

    final boolean scale() {
        return scale;
    }

    /** First value of beta; default zeros. */
    public final S betaInitializer(Initializer value) {
        return with("beta_initializer", value);
    }

    /** First value of gamma; default ones. */
    public final S gammaInitializer(Initializer value) {
        return with("gamma_initializer", value);
    }

    /** What the loss adds for beta; null, the default, for nothing. */
    public final S betaRegularizer(Regularizer value) {
        return with("beta_regularizer", value);
    }

    /** What the loss adds for gamma; null, the default, for nothing. */
    public final S gammaRegularizer(Regularizer value) {
        return with("gamma_regularizer", value);
    }

    /** What beta is pulled back to after each step; null, the default, for nothing. */
    public final S betaConstraint(Constraint value) {
        return with("beta_constraint", value);
    }

    /** What gamma is pulled back to after each step; null, the default, for nothing. */
    public final S gammaConstraint(Constraint value) {
        return with("gamma_constraint", value);
    }

    @Override
    public final boolean supportsMasking() {
        return true;
    }
}
