package dev.thaw.train.callback;

import dev.thaw.train.NonFiniteLossException;
import dev.thaw.train.Training;

import java.util.Map;

/** Is told how training goes. */
public interface Callback {
    /** Training begins. */
    default void onTrainBegin(Training training) {}

    /** Training has ended, early or not; an exception leaves this out. */
    default void onTrainEnd() {}

    /**
     * A step's loss was NaN or infinite; the weights are those before it.
     *
     * @return whether training ends here without the exception; one callback that says so is enough
     */
    default boolean onNonFiniteLoss(NonFiniteLossException failure) {
        return false;
    }

    /**
     * An epoch begins.
     *
     * @param epoch from 0
     * @param steps how many steps it has
     */
    default void onEpochBegin(int epoch, int steps) {}

    /**
     * A step is done.
     *
     * @param epoch from 0
     * @param step from 0
     * @param running the means over the epoch so far; reading a value waits for the device
     */
    default void onStepEnd(int epoch, int step, RunningLogs running) {}

    /**
     * An epoch is done, validation included.
     *
     * @param epoch from 0
     * @param logs loss, metrics, and those of the validation with {@code val_} in front; what a
     *     callback adds is in the history
     * @return whether training goes on
     */
    default boolean onEpochEnd(int epoch, Map<String, Double> logs) {
        return true;
    }

    /** The means over an epoch so far, copied from the device when asked for. */
    @FunctionalInterface
    interface RunningLogs {
        /** Loss and metrics. */
        Map<String, Double> read();
    }
}
