package dev.thaw.train;

import dev.thaw.data.Batch;

import java.util.LinkedHashMap;
import java.util.Map;

/** Runs steps of one purpose, one after another, and tells the means over all of them. */
final class Means {
    private Step current;
    private long rows;

    void run(Step step, Batch batch) {
        if (current == null) {
            step.running().forEach(Running::reset);
        }
        current = step;
        step.run(batch);
        rows += batch.rows();
    }

    /** Loss and metrics, read from the device now; nothing before the first step. */
    Map<String, Double> read() {
        Map<String, Double> logs = new LinkedHashMap<>();
        if (current != null) {
            current.running().forEach(r -> logs.put(r.name(), r.read(rows)));
        }
        return logs;
    }
}
