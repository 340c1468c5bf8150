package dev.thaw.model.callback;

import dev.thaw.model.Model;
import dev.thaw.train.Compilation;
import dev.thaw.train.metric.Metric;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What callbacks that watch one quantity share: its name, which direction is better, and how much
 * better counts.
 */
final class Monitor {
    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);

    private final String who;
    private final String name;
    private double minDelta;
    private Boolean larger;
    private boolean decided;
    private Double best;

    Monitor(String who, String name, double minDelta) {
        this.who = who;
        this.name = name;
        this.minDelta = minDelta;
    }

    void minDelta(double value) {
        minDelta = Math.abs(value);
    }

    /** Says which direction is better; without this the metric's own counts. */
    void larger(boolean value) {
        larger = value;
    }

    void begin(Model model) {
        best = null;
        if (larger == null || decided) {
            larger = direction(model.compilation().orElseThrow());
            decided = true;
        }
    }

    private boolean direction(Compilation c) {
        String own = name.startsWith("val_") ? name.substring("val_".length()) : name;
        if (own.equals("loss") || own.endsWith("_loss")) {
            return false;
        }
        return Stream.of(c.metrics(), c.weightedMetrics())
                .flatMap(List::stream)
                .flatMap(List::stream)
                .filter(m -> own.equals(m.name()) || own.endsWith("_" + m.name()))
                .findFirst()
                .map(Metric::largerIsBetter)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s: cannot tell whether more or less of '%s' is better; call mode(..)"
                                                .formatted(who, name)));
    }

    /** The quantity's value; null where it is not among the logs, with a warning. */
    Double read(Map<String, Double> logs) {
        Double value = logs.get(name);
        if (value == null) {
            LOG.warn("{}: watches '{}', which is not among {}", who, name, logs.keySet());
        }
        return value;
    }

    /** Whether this value is better than a reference; always where there is none. */
    boolean better(double value, Double reference) {
        return reference == null
                || (larger ? value - minDelta > reference : value + minDelta < reference);
    }

    /** Takes a value that is better than the best so far; returns whether it is. */
    boolean improves(double value) {
        boolean improved = better(value, best);
        best = improved ? (Double) value : best;
        return improved;
    }
}
