package dev.thaw.train;

import dev.thaw.data.Batch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs steps of one purpose, one after another, and tells the means over all of them. */
final class Means {
    private List<Running> running = List.of();
    private List<Running.Sums> kept;
    private boolean begun;
    private long rows;

    void run(Step step, Batch batch) {
        running = step.running();
        if (!begun) {
            running.forEach(Running::reset);
            begun = true;
        }
        step.run(batch);
        rows += batch.rows();
    }

    /** Others want to use the variables of the running sums. */
    void leave() {
        kept = running.stream().map(Running::sums).toList();
    }

    /** The variables are for this one again. */
    void comeBack() {
        if (kept != null) {
            for (int i = 0; i < kept.size(); i++) {
                running.get(i).set(kept.get(i));
            }
            kept = null;
        }
    }

    /** Loss and metrics, read from the device now; nothing before the first step. */
    Map<String, Double> read() {
        Map<String, Double> logs = new LinkedHashMap<>();
        running.forEach(r -> logs.put(r.name(), r.read(rows)));
        return logs;
    }
}
