package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

/**
 * Adagrad in Keras's form; the formula is {@link UpdateRule.Adagrad}'s. Keras's defaults: rate
 * 0.001, sums that begin at 0.1, epsilon 1e-7.
 */
public final class Adagrad extends StandardOptimizer<Adagrad> {
    private double initialAccumulatorValue = .1;
    private double epsilon = 1e-7;

    /** Rate .001. */
    public Adagrad() {
        this(.001);
    }

    /** With a learning rate. */
    public Adagrad(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Adagrad(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** First value of the sum of squares; default 0.1. */
    public Adagrad initialAccumulatorValue(double value) {
        return with("initial_accumulator_value", value);
    }

    /** Added under the root; default 1e-7. */
    public Adagrad epsilon(double value) {
        return with("epsilon", value);
    }

    @Override
    protected String defaultName() {
        return "adagrad";
    }

    @Override
    protected double initial(String slot) {
        return slot.equals("accumulator") ? initialAccumulatorValue : 0;
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Adagrad(epsilon);
    }

    @Override
    protected void properties(Properties p) {
        initialAccumulatorValue =
                p.number("initial_accumulator_value", initialAccumulatorValue, Range.NOT_NEGATIVE);
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
    }
}
