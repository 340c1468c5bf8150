package dev.thaw.train.callback;

import dev.thaw.train.Training;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Map;
import java.util.Objects;

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
    public void onTrainBegin(Training training) {
        optimizer = training.compilation().optimizer();
    }

    @Override
    public void onEpochBegin(int epoch, int steps) {
        optimizer.setLearningRate(schedule.rate(epoch, optimizer.learningRate()));
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs) {
        logs.put("learning_rate", optimizer.learningRate());
        return true;
    }
}
