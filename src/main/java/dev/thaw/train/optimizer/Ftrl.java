package dev.thaw.train.optimizer;

import dev.thaw.op.UpdateRule;

import java.util.Map;

/**
 * "Follow the regularized leader" in Keras's form; the formula is {@link UpdateRule.Ftrl}'s.
 * Keras's default rate is 0.001.
 */
public final class Ftrl extends StandardOptimizer<Ftrl> {
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

    @Override
    protected Ftrl self() {
        return this;
    }

    /** How the rate falls with the squares, at most 0; default -0.5. */
    public Ftrl learningRatePower(double value) {
        refuseIfUsed("learning_rate_power");
        learningRatePower = atMostZero("learning_rate_power", value);
        return this;
    }

    /** First value of the sum of squares; default 0.1. */
    public Ftrl initialAccumulatorValue(double value) {
        refuseIfUsed("initial_accumulator_value");
        initialAccumulatorValue = atLeastZero("initial_accumulator_value", value);
        return this;
    }

    /** Strength of the absolute values; default 0. */
    public Ftrl l1RegularizationStrength(double value) {
        refuseIfUsed("l1_regularization_strength");
        l1RegularizationStrength = atLeastZero("l1_regularization_strength", value);
        return this;
    }

    /** Strength of the squares; default 0. */
    public Ftrl l2RegularizationStrength(double value) {
        refuseIfUsed("l2_regularization_strength");
        l2RegularizationStrength = atLeastZero("l2_regularization_strength", value);
        return this;
    }

    /** Strength of the squares in the gradient alone; default 0. */
    public Ftrl l2ShrinkageRegularizationStrength(double value) {
        refuseIfUsed("l2_shrinkage_regularization_strength");
        l2ShrinkageRegularizationStrength =
                atLeastZero("l2_shrinkage_regularization_strength", value);
        return this;
    }

    /** Added to the rate's denominator; default 0. */
    public Ftrl beta(double value) {
        refuseIfUsed("beta");
        beta = atLeastZero("beta", value);
        return this;
    }

    @Override
    protected String defaultName() {
        return "ftrl";
    }

    private static double atMostZero(String what, double value) {
        if (!(value <= 0 && value > Double.NEGATIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "optimizer: " + what + " must be finite and at most 0, got " + value);
        }
        return value;
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
    protected void describe(Map<String, Object> config) {
        config.put("learning_rate_power", learningRatePower);
        config.put("initial_accumulator_value", initialAccumulatorValue);
        config.put("l1_regularization_strength", l1RegularizationStrength);
        config.put("l2_regularization_strength", l2RegularizationStrength);
        config.put("l2_shrinkage_regularization_strength", l2ShrinkageRegularizationStrength);
        config.put("beta", beta);
    }
}
