package dev.thaw.train.callback;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

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
    public void onEpochBegin(int epoch, int stepCount) {
        begun = System.nanoTime();
        steps = stepCount;
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs) {
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
