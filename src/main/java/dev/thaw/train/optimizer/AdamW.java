package dev.thaw.train.optimizer;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Keras's default decay is 0.004.
 */
public final class AdamW extends Adam {
    /** Rate 0.001, decay 0.004. */
    public AdamW() {
        this(.001);
    }

    /** With a learning rate, decay 0.004. */
    public AdamW(double learningRate) {
        super(learningRate);
        decay(.004);
    }

    @Override
    public String name() {
        return "adamw";
    }
}
