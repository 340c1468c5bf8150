package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads weights as Keras 1 and 2 stored them, and Keras 3 still does in {@code .h5}: one group per
 * top-level layer, in the order of the attribute {@code layer_names}, each with its datasets in the
 * order of {@code weight_names}. The order within a nested model depends on what was frozen when it
 * was saved, so weights are told apart by their names, and by order only where names do not match.
 */
final class LegacyWeights {
    private static final String LAYER_NAMES = "layer_names";
    private static final String WEIGHT_NAMES = "weight_names";

    private LegacyWeights() {}

    static boolean fits(Hdf5Group group) {
        return group.attributes().has(LAYER_NAMES);
    }

    /**
     * Values for every weight of the model.
     *
     * @param group the file's root, or its group {@code model_weights}
     * @param theano whether Keras ran on Theano when it wrote them
     */
    static Assignment read(Network model, Hdf5Group group, boolean theano) {
        Map<String, Hdf5Group> stored = stored(group);
        List<Layer> layers = requireAsMany(model, stored.size());
        List<String> names = stored.keySet().stream().map(ModelReader::plain).toList();
        List<Integer> order = LayerOrder.of(group.path(), names, layers);
        List<Hdf5Group> groups = List.copyOf(stored.values());
        Assignment into = new Assignment();
        for (int i = 0; i < layers.size(); i++) {
            layer(groups.get(order.get(i)), layers.get(i), theano, into);
        }
        return into;
    }

    /** The same by order alone. */
    static void byOrder(Network model, Hdf5Group group, boolean theano, PartialWeights into) {
        List<Hdf5Group> stored = List.copyOf(stored(group).values());
        List<Layer> layers = requireAsMany(model, stored.size());
        for (int i = 0; i < layers.size(); i++) {
            Hdf5Group g = stored.get(i);
            Layer layer = layers.get(i);
            into.unit(layer.weights(), a -> layer(g, layer, theano, a));
        }
    }

    /** Each layer on its own, those inside of models too. */
    static List<StoredLayer> layers(Hdf5Group group) {
        List<StoredLayer> all = new ArrayList<>();
        stored(group).forEach((name, g) -> all.addAll(StoredLayer.ofLegacy(name, g, names(g))));
        return all;
    }

    private static Map<String, Hdf5Group> stored(Hdf5Group group) {
        Map<String, Hdf5Group> stored = new LinkedHashMap<>();
        for (String name : group.attributes().strings(LAYER_NAMES)) {
            Hdf5Group g = group.group(name);
            if (!names(g).isEmpty()) {
                stored.put(name, g);
            }
        }
        return stored;
    }

    private static List<Layer> requireAsMany(Network model, int stored) {
        List<Layer> layers = model.layers().stream().filter(l -> !l.weights().isEmpty()).toList();
        if (stored != layers.size()) {
            throw new ConfigException(
                    model.name(),
                    "has %d layers with weights, the file has %d".formatted(layers.size(), stored),
                    "build the same model that was saved, or take weights by name: loadWeights(.., LoadWeightsOptions.byName())");
        }
        return layers;
    }

    private static List<String> names(Hdf5Group g) {
        return g.attributes().has(WEIGHT_NAMES) ? g.attributes().strings(WEIGHT_NAMES) : List.of();
    }

    private static void layer(Hdf5Group g, Layer layer, boolean theano, Assignment into) {
        List<String> names = names(g);
        List<Weight> weights = savedOrder(layer);
        if (names.size() != weights.size()) {
            throw new ConfigException(
                    g.path(),
                    "%s has %s weights, the file has %s"
                            .formatted(layer.name(), weights.size(), names.size()),
                    "build the same model that was saved");
        }
        Map<String, Weight> byName = byName(names, layer);
        for (int i = 0; i < names.size(); i++) {
            Weight w = byName.isEmpty() ? weights.get(i) : byName.get(names.get(i));
            Hdf5Dataset value = g.dataset(names.get(i));
            if (theano) {
                TheanoKernels.put(value, w, into);
            } else {
                into.put(value, w);
            }
        }
    }

    /** All that gradients may change now, then all others: the order of Keras's own writer. */
    private static List<Weight> savedOrder(Layer layer) {
        List<Weight> all = new ArrayList<>(layer.trainableWeights());
        all.addAll(layer.nonTrainableWeights());
        return all;
    }

    /** Weights by stored name; empty where names do not tell them apart. */
    static Map<String, Weight> byName(List<String> names, Layer layer) {
        Map<String, List<Weight>> known = new HashMap<>();
        Map<Weight, String> paths = new LinkedHashMap<>();
        walk("", layer, paths);
        Map<String, List<Weight>> flat = new HashMap<>();
        for (Map.Entry<Weight, String> e : paths.entrySet()) {
            for (String tail : suffixes(e.getValue())) {
                add(known, tail, e.getKey());
                add(flat, ModelReader.plain(tail), e.getKey());
            }
        }
        Map<String, Weight> found = new LinkedHashMap<>();
        for (String name : names) {
            String plain = name.replaceAll(":\\d+$", "");
            Weight w = null;
            // the longest tail of the stored name that means one weight only
            for (String tail : suffixes(plain)) {
                // else its slashes may be those of Keras 2's names, which are underscores here
                List<Weight> same =
                        known.getOrDefault(
                                tail, flat.getOrDefault(ModelReader.plain(tail), List.of()));
                if (same.size() == 1) {
                    w = same.get(0);
                    break;
                }
            }
            if (w == null || found.containsValue(w)) {
                return Map.of();
            }
            found.put(name, w);
        }
        return found;
    }

    private static void add(Map<String, List<Weight>> known, String key, Weight w) {
        known.computeIfAbsent(key, k -> new ArrayList<>()).add(w);
    }

    private static void walk(String path, Layer layer, Map<Weight, String> into) {
        String own = path.isEmpty() ? layer.name() : path + "/" + layer.name();
        layer.ownWeights().forEach(w -> into.putIfAbsent(w, own + "/" + w.spec().name()));
        layer.sublayers().forEach(l -> walk(own, l, into));
    }

    /** a/b/c, b/c; the bare name of a variable says nothing. */
    private static List<String> suffixes(String path) {
        List<String> all = new ArrayList<>();
        String rest = path;
        while (rest.indexOf('/') >= 0) {
            all.add(rest);
            rest = rest.substring(rest.indexOf('/') + 1);
        }
        return all;
    }
}
