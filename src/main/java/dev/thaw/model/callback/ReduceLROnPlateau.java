package dev.thaw.model.callback;

import dev.thaw.model.Model;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Map;

/**
 * Lowers the learning rate when a quantity has not become better for some epochs, with Keras's
 * options and defaults. It adds {@code learning_rate} to the logs.
 */
public final class ReduceLROnPlateau implements Callback {
    private final Monitor monitor;
    private double factor = .1;
    private int patience = 10;
    private int cooldown;
    private double minLearningRate;

    private Optimizer optimizer;
    private int wait;
    private int cooling;

    /** Watches {@code val_loss}. */
    public ReduceLROnPlateau() {
        this("val_loss");
    }

    /** Watches this quantity. */
    public ReduceLROnPlateau(String monitor) {
        this.monitor = new Monitor("ReduceLROnPlateau", monitor, 1e-4);
    }

    /** By what the rate is multiplied, in [0, 1); default 0.1. */
    public ReduceLROnPlateau factor(double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "ReduceLROnPlateau: factor must be in [0, 1), got " + value);
        }
        factor = value;
        return this;
    }

    /** For how many epochs nothing need be better; default 10. */
    public ReduceLROnPlateau patience(int value) {
        patience = value;
        return this;
    }

    /** By how much a value must be better to count; default 0.0001. */
    public ReduceLROnPlateau minDelta(double value) {
        monitor.minDelta(value);
        return this;
    }

    /** Which values are better; default what the metric says. */
    public ReduceLROnPlateau mode(Direction value) {
        monitor.larger(value == Direction.MAX);
        return this;
    }

    /** How many epochs are not looked at after the rate was lowered; default 0. */
    public ReduceLROnPlateau cooldown(int value) {
        cooldown = value;
        return this;
    }

    /** The rate never goes below this; default 0. */
    public ReduceLROnPlateau minLearningRate(double value) {
        minLearningRate = value;
        return this;
    }

    @Override
    public void onTrainBegin(Model model) {
        optimizer = model.compilation().orElseThrow().optimizer();
        monitor.begin(model);
        wait = 0;
        cooling = 0;
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
        logs.put("learning_rate", optimizer.learningRate());
        Double value = monitor.read(logs);
        if (value == null) {
            return true;
        }
        if (cooling > 0) {
            cooling--;
            wait = 0;
        }
        if (monitor.improves(value)) {
            wait = 0;
        } else if (cooling == 0 && ++wait >= patience) {
            lower();
        }
        return true;
    }

    private void lower() {
        double rate = optimizer.learningRate();
        if (rate > (float) minLearningRate) {
            optimizer.setLearningRate(Math.max(rate * factor, minLearningRate));
            cooling = cooldown;
            wait = 0;
        }
    }
}
