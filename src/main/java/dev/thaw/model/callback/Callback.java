package dev.thaw.model.callback;

import dev.thaw.model.Model;
import dev.thaw.train.NonFiniteLossException;

import java.util.Map;
import java.util.OptionalInt;

/**
 * Is told how training goes, and by which model: with its weights, its optimizer and its methods,
 * but those that train, compile or close it. It runs between two steps, and may wait for other
 * threads that predict or evaluate with the model.
 */
public interface Callback {
    /** Training begins: the first batch has been looked at, and fits. */
    default void onTrainBegin(Model model) {}

    /** Training has ended, early or not; an exception leaves this out. */
    default void onTrainEnd(Model model) {}

    /**
     * A step's loss was NaN or infinite; the weights are those before it.
     *
     * @return whether training ends here without the exception; one callback that says so is enough
     */
    default boolean onNonFiniteLoss(NonFiniteLossException failure, Model model) {
        return false;
    }

    /**
     * An epoch begins.
     *
     * @param epoch from 0
     * @param steps how many steps it has; empty where the data end when they end
     */
    default void onEpochBegin(int epoch, OptionalInt steps, Model model) {}

    /**
     * A step is done.
     *
     * @param epoch from 0
     * @param step from 0
     * @param running the means over the epoch so far; reading a value waits for the device
     */
    default void onStepEnd(int epoch, int step, RunningLogs running, Model model) {}

    /**
     * An epoch is done, validation included.
     *
     * @param epoch from 0
     * @param logs loss, metrics, and those of the validation with {@code val_} in front; what a
     *     callback adds is in the history
     * @return whether training goes on
     */
    default boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
        return true;
    }

    /** The means over an epoch so far, copied from the device when asked for. */
    @FunctionalInterface
    interface RunningLogs {
        /** Loss and metrics. */
        Map<String, Double> read();
    }
}
