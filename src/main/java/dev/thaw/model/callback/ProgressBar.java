package dev.thaw.model.callback;

import dev.thaw.model.Model;

import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.util.Map;
import java.util.OptionalInt;

/** Shows a bar per epoch on a terminal, with the running means. */
public final class ProgressBar implements Callback, AutoCloseable {
    private static final long REFRESH_NS = 250_000_000;

    /** The bar then counts, and has no end. */
    private static final int UNKNOWN = -1;

    private final int epochs;
    private me.tongfei.progressbar.ProgressBar bar;
    private long shown;

    /** For so many epochs. */
    public ProgressBar(int epochs) {
        this.epochs = epochs;
    }

    @Override
    public void onEpochBegin(int epoch, OptionalInt steps, Model model) {
        bar =
                new ProgressBarBuilder()
                        .setTaskName("Epoch " + (epoch + 1) + "/" + epochs)
                        .setInitialMax(steps.orElse(UNKNOWN))
                        .setStyle(ProgressBarStyle.ASCII)
                        .build();
    }

    @Override
    public void onStepEnd(int epoch, int step, RunningLogs running, Model model) {
        bar.stepTo(step + 1L);
        if (System.nanoTime() - shown > REFRESH_NS) {
            shown = System.nanoTime();
            bar.setExtraMessage(ProgressLines.text(running.read()));
        }
    }

    @Override
    public boolean onEpochEnd(int epoch, Map<String, Double> logs, Model model) {
        bar.setExtraMessage(ProgressLines.text(logs));
        close();
        return true;
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
