package dev.thaw.train;

import dev.thaw.tensor.Tensor;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Optimizer;

/**
 * Sets the learning rate that a schedule wants before each step of an epoch. The steps are counted
 * on the host, so that nothing is read back; without a schedule nothing is copied at all.
 */
final class Rates {
    private final Optimizer optimizer;
    private final LearningRateSchedule schedule;
    private long step;

    Rates(Optimizer optimizer) {
        this.optimizer = optimizer;
        schedule = optimizer.schedule().orElse(null);
        step = schedule == null ? 0 : optimizer.iterationsVariable().value().longs()[0];
    }

    /** A step begins. */
    void next() {
        if (schedule != null) {
            float rate = schedule.at(step);
            if (!Float.isFinite(rate)) {
                throw new IllegalStateException(
                        "%s: its schedule must give finite learning rates, got %s at step %d"
                                .formatted(optimizer.name(), rate, step));
            }
            optimizer.learningRateVariable().assign(Tensor.scalar(rate));
            step++;
        }
    }
}
