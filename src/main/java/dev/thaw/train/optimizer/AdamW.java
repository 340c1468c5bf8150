package dev.thaw.train.optimizer;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Keras's default decay is 0.004.
 */
public final class AdamW extends AdamFamily<AdamW> {
    private static final double DECAY = .004;

    /** Rate 0.001, decay 0.004. */
    public AdamW() {
        this(.001);
    }

    /** With a learning rate, decay 0.004. */
    public AdamW(double learningRate) {
        super(learningRate);
        weightDecay(DECAY);
    }

    /** With a learning rate that depends on the step, decay 0.004. */
    public AdamW(LearningRateSchedule learningRate) {
        super(learningRate);
        weightDecay(DECAY);
    }

    @Override
    protected String defaultName() {
        return "adam_w";
    }
}
