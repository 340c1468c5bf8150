package dev.thaw.data;

import java.util.HashSet;
import java.util.List;

/**
 * What inputs and targets are called, in the order in which batches have them.
 *
 * @param x one name per input
 * @param y one name per target; none to predict on
 */
public record DataNames(List<String> x, List<String> y) {
    /** Refuses a name that stands twice on one side. */
    public DataNames {
        x = unique(x);
        y = unique(y);
    }

    private static List<String> unique(List<String> names) {
        if (new HashSet<>(names).size() != names.size()) {
            throw new IllegalArgumentException(
                    "data: each input and each target must have a name of its own, got %s"
                            .formatted(names));
        }
        return List.copyOf(names);
    }
}
