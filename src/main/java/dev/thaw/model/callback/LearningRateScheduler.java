package dev.thaw.model.callback;

import dev.thaw.model.Model;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Sets the learning rate at the beginning of each epoch. It adds {@code learning_rate} to the logs.
 */
public final class LearningRateScheduler implements Callback {
    /** The rate of an epoch. */
    @FunctionalInterface
    public interface Schedule {
        /**
         * @param epoch from 0
         * @param rate the rate so far
         * @return the rate of this epoch
         */
        double rate(int epoch, double rate);
    }

    private final Schedule schedule;
    private Optimizer optimizer;

    /** With this schedule. */
    public LearningRateScheduler(Schedule schedule) {
        this.schedule = Objects.requireNonNull(schedule, "schedule");
    }

    @Override
    public void onTrainBegin(Model model) {
        optimizer = model.compilation().orElseThrow().optimizer();
    }

    @Override
    public void onEpochBegin(int epoch, OptionalInt steps, Model model) {
        optimizer.setLearningRate(schedule.rate(epoch, optimizer.learningRate()));
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
        logs.put("learning_rate", optimizer.learningRate());
        return true;
    }
}
