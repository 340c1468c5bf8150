package dev.thaw.model.callback;

import dev.thaw.model.Model;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Prints a line per epoch. */
public final class ProgressLines implements Callback {
    private final PrintStream out;
    private final int epochs;
    private long begun;
    private int steps;

    /** Prints to {@code out} for so many epochs. */
    public ProgressLines(PrintStream out, int epochs) {
        this.out = out;
        this.epochs = epochs;
    }

    @Override
    public void onEpochBegin(int epoch, OptionalInt stepCount, Model model) {
        begun = System.nanoTime();
        steps = 0;
    }

    @Override
    public void onStepEnd(int epoch, int step, RunningLogs running, Model model) {
        steps = step + 1;
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        out.printf(
                Locale.ROOT,
                "Epoch %d/%d - %d steps - %.1fs - %s%n",
                epoch + 1,
                epochs,
                steps,
                seconds,
                text(logs));
        return true;
    }

    /** {@code loss: 0.1234 - accuracy: 0.9876}. */
    static String text(Map<String, Double> logs) {
        StringBuilder s = new StringBuilder();
        logs.forEach(
                (k, v) ->
                        s.append(s.isEmpty() ? "" : " - ")
                                .append(k)
                                .append(String.format(Locale.ROOT, ": %.4f", v)));
        return s.toString();
    }
}
