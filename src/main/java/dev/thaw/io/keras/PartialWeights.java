package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Gives a network those of a file's weights that are for it, and keeps account of all others. */
final class PartialWeights {
    private final LoadWeightsOptions options;
    private final Map<Weight, String> paths = new LinkedHashMap<>();
    private final Map<Layer, List<String>> layers = new LinkedHashMap<>();
    private final Assignment into = new Assignment();
    private final List<String> left = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Set<Weight> kept = Collections.newSetFromMap(new IdentityHashMap<>());

    PartialWeights(Network network, LoadWeightsOptions options) {
        this.options = options;
        network.sublayers().forEach(l -> collect("", l));
    }

    /**
     * Layers with weights of their own, by their paths; a wrapper's name may stand for its layer.
     */
    private void collect(String parent, Layer layer) {
        String path = parent.isEmpty() ? layer.name() : parent + "/" + layer.name();
        if (layers.containsKey(layer)) {
            return;
        }
        layer.ownWeights().forEach(w -> paths.put(w, path + "/" + w.spec().name()));
        if (!layer.ownWeights().isEmpty()) {
            layers.put(layer, new ArrayList<>(List.of(path)));
        }
        for (Layer inner : layer.sublayers()) {
            collect(path, inner);
            if (!(layer instanceof Network) && layers.containsKey(inner)) {
                layers.get(inner).add(path);
            }
        }
    }

    /** Takes what belongs together, or nothing of it where it does not fit and may be skipped. */
    void unit(List<Weight> weights, Consumer<Assignment> work) {
        Assignment one = new Assignment();
        try {
            work.accept(one);
            into.add(one);
        } catch (ConfigException e) {
            if (!options.skipsMismatch()) {
                throw e;
            }
            skipped.add(e.place() + ": " + e.rule());
            kept.addAll(weights);
        }
    }

    /** Notes weights of the file that have no place. */
    void leave(StoredLayer stored) {
        for (int i = 0; i < stored.values().size(); i++) {
            left.add(
                    stored.weights().isEmpty()
                            ? stored.path() + "/" + i
                            : stored.path() + "/" + stored.weights().get(i));
        }
    }

    /** By names: each layer takes the one of the file that has the most names in common with it. */
    void byName(List<StoredLayer> stored, boolean theano) {
        Map<StoredLayer, Layer> found = new LinkedHashMap<>();
        Map<StoredLayer, Integer> best = new LinkedHashMap<>();
        layers.forEach(
                (layer, names) -> {
                    int common = 0;
                    StoredLayer most = null;
                    for (StoredLayer s : stored) {
                        int n = names.stream().mapToInt(s::common).max().orElse(0);
                        most = n > common ? s : n == common ? null : most;
                        common = Math.max(common, n);
                    }
                    int before = most == null ? 0 : best.getOrDefault(most, 0);
                    if (most != null && common >= before) {
                        // two that have as much in common are not told apart
                        found.put(most, common == before ? null : layer);
                        best.put(most, common);
                    }
                });
        for (StoredLayer s : stored) {
            Layer layer = found.get(s);
            if (layer == null) {
                leave(s);
            } else {
                unit(layer.ownWeights(), a -> take(s, layer, theano, a));
            }
        }
    }

    private static void take(StoredLayer stored, Layer layer, boolean theano, Assignment into) {
        List<Weight> weights = WeightPaths.variables(layer);
        List<String> names = weights.stream().map(w -> w.spec().name()).toList();
        if (names.size() != stored.values().size()) {
            throw new ConfigException(
                    stored.path(),
                    "%s has %d weights, the file has %d"
                            .formatted(layer.name(), names.size(), stored.values().size()),
                    "skip it: LoadWeightsOptions.byName().skippingMismatch()");
        }
        boolean named = new HashSet<>(names).equals(new HashSet<>(stored.weights()));
        for (int i = 0; i < names.size(); i++) {
            int at = named ? stored.weights().indexOf(names.get(i)) : i;
            Hdf5Dataset value = stored.values().get(at);
            if (theano) {
                TheanoKernels.put(value, weights.get(i), into);
            } else {
                into.put(value, weights.get(i));
            }
        }
    }

    /** Gives the network its values, and says what became of all. */
    WeightReport apply() {
        List<String> taken = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        paths.forEach(
                (w, path) -> {
                    if (into.has(w.variable())) {
                        taken.add(path);
                    } else if (!kept.contains(w)) {
                        missing.add(path);
                    }
                });
        into.apply();
        return new WeightReport(taken, missing, left, skipped);
    }
}
