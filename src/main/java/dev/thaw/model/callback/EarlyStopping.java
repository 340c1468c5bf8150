package dev.thaw.model.callback;

import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Map;

/**
 * Ends training when a quantity has not become better for some epochs, with Keras's options and
 * defaults.
 */
public final class EarlyStopping implements Callback {
    private final Monitor monitor;
    private int patience;
    private Double baseline;
    private boolean restoreBestWeights;
    private int startFromEpoch;

    private List<Tensor> bestWeights;
    private int bestEpoch;
    private int wait;
    private int stoppedEpoch;

    /** Watches {@code val_loss}. */
    public EarlyStopping() {
        this("val_loss");
    }

    /** Watches this quantity. */
    public EarlyStopping(String monitor) {
        this.monitor = new Monitor("EarlyStopping", monitor, 0);
    }

    /** By how much a value must be better to count; default 0. */
    public EarlyStopping minDelta(double value) {
        monitor.minDelta(value);
        return this;
    }

    /** For how many epochs nothing need be better; default 0. */
    public EarlyStopping patience(int value) {
        patience = value;
        return this;
    }

    /** Which values are better; default what the metric says. */
    public EarlyStopping mode(Direction value) {
        monitor.larger(value == Direction.MAX);
        return this;
    }

    /** A value that must be reached for the patience to begin anew; default none. */
    public EarlyStopping baseline(double value) {
        baseline = value;
        return this;
    }

    /** Whether the best epoch's weights are put back at the end; default false. */
    public EarlyStopping restoreBestWeights(boolean value) {
        restoreBestWeights = value;
        return this;
    }

    /** How many epochs at first are not looked at; default 0. */
    public EarlyStopping startFromEpoch(int value) {
        startFromEpoch = value;
        return this;
    }

    /** The epoch that ended training, from 0; 0 where none did. */
    public int stoppedEpoch() {
        return stoppedEpoch;
    }

    /** The epoch with the best value, from 0. */
    public int bestEpoch() {
        return bestEpoch;
    }

    @Override
    public void onTrainBegin(Model model) {
        monitor.begin(model);
        bestWeights = null;
        bestEpoch = 0;
        wait = 0;
        stoppedEpoch = 0;
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
        Double value = monitor.read(logs);
        if (value == null || epoch < startFromEpoch) {
            return true;
        }
        if (restoreBestWeights && bestWeights == null) {
            keep(epoch, model);
        }
        wait++;
        if (monitor.improves(value)) {
            keep(epoch, model);
            if (baseline == null || monitor.better(value, baseline)) {
                wait = 0;
            }
            return true;
        }
        if (wait >= patience && epoch > 0) {
            stoppedEpoch = epoch;
            return false;
        }
        return true;
    }

    private void keep(int epoch, Model model) {
        bestEpoch = epoch;
        bestWeights = restoreBestWeights ? model.getWeights() : null;
    }

    @Override
    public void onTrainEnd(Model model) {
        if (bestWeights != null) {
            model.setWeights(bestWeights);
        }
        bestWeights = null;
    }
}
