package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

/**
 * Lion in Keras's form; the formula is {@link UpdateRule.Lion}'s. Keras's defaults: rate 0.001,
 * beta1 0.9, beta2 0.99.
 */
public final class Lion extends StandardOptimizer<Lion> {
    private static final Range UP_TO_ONE = new Range("in (0, 1]", Double.MIN_VALUE, 1, false);

    private double beta1 = .9;
    private double beta2 = .99;

    /** Rate .001. */
    public Lion() {
        this(.001);
    }

    /** With a learning rate. */
    public Lion(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Lion(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** Share of the momentum in the step, in (0, 1]; default 0.9. */
    public Lion beta1(double value) {
        return with("beta_1", value);
    }

    /** Decay of the momentum, in [0, 1); default 0.99. */
    public Lion beta2(double value) {
        return with("beta_2", value);
    }

    @Override
    protected String defaultName() {
        return "lion";
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Lion(beta1, beta2);
    }

    @Override
    protected void properties(Properties p) {
        beta1 = p.number("beta_1", beta1, UP_TO_ONE);
        beta2 = p.number("beta_2", beta2, Range.BELOW_ONE);
    }
}
