package dev.thaw.train.optimizer;

import dev.thaw.op.UpdateRule;

import java.util.Map;

/**
 * Lion in Keras's form; the formula is {@link UpdateRule.Lion}'s. Keras's defaults: rate 0.001,
 * beta1 0.9, beta2 0.99.
 */
public final class Lion extends StandardOptimizer<Lion> {
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

    @Override
    protected Lion self() {
        return this;
    }

    /** Share of the momentum in the step, in (0, 1]; default 0.9. */
    public Lion beta1(double value) {
        refuseIfUsed("beta_1");
        beta1 = positiveFraction("beta_1", value);
        return this;
    }

    /** Decay of the momentum, in [0, 1); default 0.99. */
    public Lion beta2(double value) {
        refuseIfUsed("beta_2");
        beta2 = fraction("beta_2", value);
        return this;
    }

    @Override
    protected String defaultName() {
        return "lion";
    }

    private static double positiveFraction(String what, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(
                    "optimizer: " + what + " must be in (0, 1], got " + value);
        }
        return value;
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Lion(beta1, beta2);
    }

    @Override
    protected void describe(Map<String, Object> config) {
        config.put("beta_1", beta1);
        config.put("beta_2", beta2);
    }
}
