package dev.thaw.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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

    /** The curve of one quantity: a number for each epoch in which it was measured. */
    public List<Double> get(String name) {
        List<Double> curve =
                epochs.stream().map(e -> e.get(name)).filter(Objects::nonNull).toList();
        if (curve.isEmpty() && !epochs.isEmpty()) {
            throw unknown(name);
        }
        return curve;
    }

    /** The last value of one quantity. */
    public double last(String name) {
        List<Double> curve = get(name);
        if (curve.isEmpty()) {
            throw unknown(name);
        }
        return curve.get(curve.size() - 1);
    }

    private IllegalArgumentException unknown(String name) {
        Set<String> names = new LinkedHashSet<>();
        epochs.forEach(e -> names.addAll(e.keySet()));
        return new IllegalArgumentException(
                "history: has no '%s', it has %s"
                        .formatted(name, epochs.isEmpty() ? "no epochs" : names));
    }

    @Override
    public String toString() {
        return epochs.toString();
    }
}
