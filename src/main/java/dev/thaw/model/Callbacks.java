package dev.thaw.model;

import dev.thaw.model.callback.Callback;
import dev.thaw.model.callback.ProgressBar;
import dev.thaw.model.callback.ProgressLines;
import dev.thaw.train.NonFiniteLossException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Tells all callbacks of a {@code fit}, in their order, and shows its progress. */
final class Callbacks implements AutoCloseable {
    private final Model model;
    private final List<Callback> all;
    private final ProgressBar bar;

    Callbacks(Model model, FitOptions options) {
        this.model = model;
        all = new ArrayList<>(options.callbacks());
        boolean terminal =
                options.verbosity() == FitOptions.Verbosity.AUTO && System.console() != null;
        bar = terminal ? new ProgressBar(options.epochs()) : null;
        if (terminal) {
            all.add(bar);
        } else if (options.verbosity() != FitOptions.Verbosity.SILENT) {
            all.add(new ProgressLines(System.out, options.epochs()));
        }
    }

    void trainBegin() {
        all.forEach(c -> c.onTrainBegin(model));
    }

    void trainEnd() {
        all.forEach(c -> c.onTrainEnd(model));
    }

    void epochBegin(int epoch, OptionalInt steps) {
        all.forEach(c -> c.onEpochBegin(epoch, steps, model));
    }

    void stepEnd(int epoch, int step, Callback.RunningLogs running) {
        all.forEach(c -> c.onStepEnd(epoch, step, running, model));
    }

    /** Whether training goes on: all of them are asked. */
    boolean epochEnd(int epoch, Map<String, Double> logs) {
        boolean goOn = true;
        for (Callback c : all) {
            goOn &= c.onEpochEnd(epoch, logs, model);
        }
        return goOn;
    }

    /** Whether one of them takes the failure as an ordinary end: all of them are asked. */
    boolean take(NonFiniteLossException failure) {
        boolean taken = false;
        for (Callback c : all) {
            taken |= c.onNonFiniteLoss(failure, model);
        }
        return taken;
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
