package dev.thaw.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code fit} reports: per epoch the loss, the metrics, and with {@code val_} those of the
 * validation.
 */
public final class History {
    private final List<Map<String, Double>> epochs = new ArrayList<>();

    void add(Map<String, Double> logs) {
        epochs.add(Collections.unmodifiableMap(new LinkedHashMap<>(logs)));
    }

    /** One map per epoch. */
    public List<Map<String, Double>> epochs() {
        return Collections.unmodifiableList(epochs);
    }

    /** The curve of one quantity, a number per epoch. */
    public List<Double> get(String name) {
        if (!epochs.isEmpty() && !epochs.get(0).containsKey(name)) {
            throw unknown(name);
        }
        return epochs.stream().map(e -> e.get(name)).toList();
    }

    /** The last epoch's value of one quantity. */
    public double last(String name) {
        Double v = epochs.isEmpty() ? null : epochs.get(epochs.size() - 1).get(name);
        if (v == null) {
            throw unknown(name);
        }
        return v;
    }

    private IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "history: has no '"
                        + name
                        + "', it has "
                        + (epochs.isEmpty() ? "no epochs" : epochs.get(0).keySet()));
    }

    @Override
    public String toString() {
        return epochs.toString();
    }
}
