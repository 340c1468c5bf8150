package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNames;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Which of a file's layers is which of a model's: where both have the same names, by these, else by
 * order, unless a name that somebody gave stands at another place: two heads of one shape would be
 * exchanged without a word.
 */
final class LayerOrder {
    private LayerOrder() {}

    /**
     * For each layer the index of the file's.
     *
     * @param where for messages
     * @param stored the names in the file, as many as there are layers
     */
    static List<Integer> of(String where, List<String> stored, List<Layer> layers) {
        List<String> names = layers.stream().map(Layer::name).toList();
        List<Integer> order = new ArrayList<>();
        boolean same =
                new HashSet<>(stored).size() == stored.size()
                        && new HashSet<>(stored).equals(new HashSet<>(names));
        for (int i = 0; i < names.size(); i++) {
            if (!same && isGiven(layers.get(i)) && stored.indexOf(names.get(i)) >= 0) {
                requirePlace(where, stored, names.get(i), i);
            }
            order.add(same ? stored.indexOf(names.get(i)) : i);
        }
        return order;
    }

    /** Automatic names count the layers of a process, and say nothing. */
    private static boolean isGiven(Layer layer) {
        String automatic = LayerNames.snakeCase(WeightPaths.className(layer));
        return !layer.name().matches("\\Q" + automatic + "\\E(_\\d+)?");
    }

    private static void requirePlace(String where, List<String> stored, String name, int place) {
        if (!stored.get(place).equals(name)) {
            throw new ConfigException(
                    where,
                    "names and order disagree: in the place of '%s' the file has '%s', and '%s' elsewhere"
                            .formatted(name, stored.get(place), name),
                    "say which counts: loadWeights(.., LoadWeightsOptions.byName()), or byOrder()");
        }
    }
}
