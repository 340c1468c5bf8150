package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

/**
 * "Follow the regularized leader" in Keras's form; the formula is {@link UpdateRule.Ftrl}'s.
 * Keras's default rate is 0.001.
 */
public final class Ftrl extends StandardOptimizer<Ftrl> {
    private static final Range NOT_POSITIVE =
            new Range("finite and at most 0", -Double.MAX_VALUE, 0, false);

    private double learningRatePower = -.5;
    private double initialAccumulatorValue = .1;
    private double l1RegularizationStrength;
    private double l2RegularizationStrength;
    private double l2ShrinkageRegularizationStrength;
    private double beta;

    /** Rate .001. */
    public Ftrl() {
        this(.001);
    }

    /** With a learning rate. */
    public Ftrl(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Ftrl(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** How the rate falls with the squares, at most 0; default -0.5. */
    public Ftrl learningRatePower(double value) {
        return with("learning_rate_power", value);
    }

    /** First value of the sum of squares; default 0.1. */
    public Ftrl initialAccumulatorValue(double value) {
        return with("initial_accumulator_value", value);
    }

    /** Strength of the absolute values; default 0. */
    public Ftrl l1RegularizationStrength(double value) {
        return with("l1_regularization_strength", value);
    }

    /** Strength of the squares; default 0. */
    public Ftrl l2RegularizationStrength(double value) {
        return with("l2_regularization_strength", value);
    }

    /** Strength of the squares in the gradient alone; default 0. */
    public Ftrl l2ShrinkageRegularizationStrength(double value) {
        return with("l2_shrinkage_regularization_strength", value);
    }

    /** Added to the rate's denominator; default 0. */
    public Ftrl beta(double value) {
        return with("beta", value);
    }

    @Override
    protected String defaultName() {
        return "ftrl";
    }

    @Override
    protected double initial(String slot) {
        return slot.equals("accumulator") ? initialAccumulatorValue : 0;
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Ftrl(
                learningRatePower,
                l1RegularizationStrength,
                l2RegularizationStrength,
                l2ShrinkageRegularizationStrength,
                beta);
    }

    @Override
    protected void properties(Properties p) {
        learningRatePower = p.number("learning_rate_power", learningRatePower, NOT_POSITIVE);
        initialAccumulatorValue =
                p.number("initial_accumulator_value", initialAccumulatorValue, Range.NOT_NEGATIVE);
        l1RegularizationStrength =
                p.number(
                        "l1_regularization_strength", l1RegularizationStrength, Range.NOT_NEGATIVE);
        l2RegularizationStrength =
                p.number(
                        "l2_regularization_strength", l2RegularizationStrength, Range.NOT_NEGATIVE);
        l2ShrinkageRegularizationStrength =
                p.number(
                        "l2_shrinkage_regularization_strength",
                        l2ShrinkageRegularizationStrength,
                        Range.NOT_NEGATIVE);
        beta = p.number("beta", beta, Range.NOT_NEGATIVE);
    }
}
