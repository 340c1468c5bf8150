package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

/**
 * Adamax in Keras's form; the formula is {@link UpdateRule.Adamax}'s. Keras's defaults: rate 0.001,
 * beta1 0.9, beta2 0.999, epsilon 1e-7.
 */
public final class Adamax extends StandardOptimizer<Adamax> {
    private double beta1 = .9;
    private double beta2 = .999;
    private double epsilon = 1e-7;

    /** Rate .001. */
    public Adamax() {
        this(.001);
    }

    /** With a learning rate. */
    public Adamax(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Adamax(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** Decay of the first moment, in [0, 1); default 0.9. */
    public Adamax beta1(double value) {
        return with("beta_1", value);
    }

    /** Decay of the second moment, in [0, 1); default 0.999. */
    public Adamax beta2(double value) {
        return with("beta_2", value);
    }

    /** Added to the largest gradient; default 1e-7. */
    public Adamax epsilon(double value) {
        return with("epsilon", value);
    }

    @Override
    protected String defaultName() {
        return "adamax";
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Adamax(beta1, beta2, epsilon);
    }

    @Override
    protected void properties(Properties p) {
        beta1 = p.number("beta_1", beta1, Range.BELOW_ONE);
        beta2 = p.number("beta_2", beta2, Range.BELOW_ONE);
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
    }
}
