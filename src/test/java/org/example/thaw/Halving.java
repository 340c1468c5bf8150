package org.example.thaw;

import dev.thaw.config.Properties;
import dev.thaw.train.optimizer.LearningRateSchedule;

/** initial_learning_rate / 2^(step / half_life). */
public record Halving(double initial, double halfLife) implements LearningRateSchedule {
    @Override
    public float at(long step) {
        return (float) (initial * Math.pow(2, -step / halfLife));
    }

    @Override
    public String className() {
        return "Halving";
    }

    @Override
    public LearningRateSchedule configure(Properties p) {
        return new Halving(
                p.number("initial_learning_rate", initial), p.number("half_life", halfLife));
    }
}
