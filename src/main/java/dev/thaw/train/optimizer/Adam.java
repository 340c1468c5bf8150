package dev.thaw.train.optimizer;

import dev.thaw.op.UpdateRule;

/**
 * Adam in Keras's form, where epsilon is not bias-corrected; the formula is {@link
 * UpdateRule.Adam}'s. Keras's defaults: rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7.
 */
public final class Adam extends AdamFamily<Adam> {
    /** Rate 0.001. */
    public Adam() {
        this(.001);
    }

    /** With a learning rate. */
    public Adam(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Adam(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    @Override
    protected String defaultName() {
        return "adam";
    }
}
