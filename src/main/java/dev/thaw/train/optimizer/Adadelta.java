package dev.thaw.train.optimizer;

import dev.thaw.op.UpdateRule;

import java.util.Map;

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

    @Override
    protected Adadelta self() {
        return this;
    }

    /** Decay of the averages, in [0, 1); default 0.95. */
    public Adadelta rho(double value) {
        refuseIfUsed("rho");
        rho = fraction("rho", value);
        return this;
    }

    /** Added under both roots; default 1e-7. */
    public Adadelta epsilon(double value) {
        refuseIfUsed("epsilon");
        epsilon = atLeastZero("epsilon", value);
        return this;
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
    protected void describe(Map<String, Object> config) {
        config.put("rho", rho);
        config.put("epsilon", epsilon);
    }
}
