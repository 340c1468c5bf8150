package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.UpdateRule;

/**
 * Stochastic gradient descent; the formula is {@link UpdateRule.Sgd}'s, {@link
 * UpdateRule.Momentum}'s or {@link UpdateRule.Nesterov}'s. Keras's default rate is 0.01.
 */
public final class SGD extends StandardOptimizer<SGD> {
    private double momentum;
    private boolean nesterov;

    /** Rate .01. */
    public SGD() {
        this(.01);
    }

    /** With a learning rate. */
    public SGD(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public SGD(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** In [0, 1); default 0. */
    public SGD momentum(double value) {
        return with("momentum", value);
    }

    /** Nesterov's form of momentum; default false. */
    public SGD nesterov(boolean value) {
        return with("nesterov", value);
    }

    @Override
    protected String defaultName() {
        return "sgd";
    }

    @Override
    protected UpdateRule rule() {
        return momentum == 0
                ? new UpdateRule.Sgd()
                : nesterov ? new UpdateRule.Nesterov(momentum) : new UpdateRule.Momentum(momentum);
    }

    @Override
    protected void properties(Properties p) {
        momentum = p.number("momentum", momentum, Range.BELOW_ONE);
        nesterov = p.bool("nesterov", nesterov);
    }
}
