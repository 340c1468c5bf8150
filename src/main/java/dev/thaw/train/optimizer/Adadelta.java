package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

/**
 * Adadelta in Keras's form, where the learning rate multiplies the step; the formula is {@link
 * UpdateRule.Adadelta}'s. Keras's defaults: rate 0.001 (the paper's is 1), rho 0.95, epsilon 1e-7.
 */
public final class Adadelta extends StandardOptimizer<Adadelta> {
    private double rho = .95;
    private double epsilon = 1e-7;

    /** Rate .001. */
    public Adadelta() {
        this(.001);
    }

    /** With a learning rate. */
    public Adadelta(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Adadelta(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** Decay of the averages, in [0, 1); default 0.95. */
    public Adadelta rho(double value) {
        return with("rho", value);
    }

    /** Added under both roots; default 1e-7. */
    public Adadelta epsilon(double value) {
        return with("epsilon", value);
    }

    @Override
    protected String defaultName() {
        return "adadelta";
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Adadelta(rho, epsilon);
    }

    @Override
    protected void properties(Properties p) {
        rho = p.number("rho", rho, Range.BELOW_ONE);
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
    }
}
