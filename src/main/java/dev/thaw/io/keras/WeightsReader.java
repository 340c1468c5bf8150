package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads a model's weights where Keras 3 keeps them, see {@link WeightPaths}. */
final class WeightsReader {
    private static final String VARS = "vars";
    private static final String LAYERS = "layers";
    private static final Pattern NUMBERED = Pattern.compile("(.*?)(?:_(\\d{1,6}))?");

    /** What TensorFlow's Keras 2.13 to 2.15 called a container's layers. */
    private static final String OLD_CONTAINER = "_layer_checkpoint_dependencies";

    /** The groups of variables by where Keras 3 would have put them. */
    private final Map<String, Hdf5Group> groups = new TreeMap<>();

    private final Assignment into = new Assignment();

    private WeightsReader(Hdf5Group root) {
        collect(root, "");
    }

    /** True where the layout is that of Keras 3, not the legacy one. */
    static boolean fits(Hdf5Group root) {
        return root.groups().keySet().stream()
                .anyMatch(n -> n.matches("(layers|" + OLD_CONTAINER + ")(\\\\.*)?|vars"));
    }

    /** Values for every weight of the model; anything missing or left over is refused. */
    static Assignment read(Network model, Hdf5Group root) {
        WeightsReader r = new WeightsReader(root);
        Map<String, Layer> groups = WeightPaths.of(model);
        List<String> missing = new ArrayList<>();
        groups.forEach(
                (path, layer) -> {
                    if (!r.layer(path, layer)) {
                        missing.add(path + " (" + layer.name() + ")");
                    }
                });
        if (!missing.isEmpty()) {
            throw new ConfigException(
                    "",
                    "the file lacks the weights of "
                            + missing.size()
                            + " layers: "
                            + shortened(missing),
                    "it has " + shortened(r.groupsWithValues()));
        }
        Set<String> left = r.groupsWithValues();
        groups.forEach(
                (path, layer) -> {
                    if (!layer.ownWeights().isEmpty()) {
                        left.remove(vars(path));
                    }
                });
        if (!left.isEmpty()) {
            throw new ConfigException(
                    "",
                    "the file has weights that the model has no place for: " + shortened(left),
                    "build the same model that was saved");
        }
        return r.into;
    }

    private static String shortened(Collection<String> names) {
        return names.size() <= 8
                ? names.toString()
                : names.stream().limit(8).toList() + " and " + (names.size() - 8) + " more";
    }

    private static String vars(String path) {
        return path.isEmpty() ? VARS : path + "/" + VARS;
    }

    private boolean layer(String path, Layer layer) {
        List<Weight> weights = WeightPaths.variables(layer);
        if (weights.isEmpty()) {
            return true;
        }
        Hdf5Group g = groups.get(vars(path));
        if (g == null) {
            return false;
        }
        List<Hdf5Dataset> values = List.copyOf(g.datasets().values());
        if (values.isEmpty()) {
            return false;
        }
        if (values.size() != weights.size()) {
            throw new ConfigException(
                    g.path(),
                    layer.name()
                            + " has "
                            + weights.size()
                            + " weights "
                            + weights.stream().map(w -> w.spec().name()).toList()
                            + ", the file has "
                            + values.size(),
                    "the file belongs to another model");
        }
        for (int i = 0; i < weights.size(); i++) {
            if (!into.has(weights.get(i).variable())) {
                into.put(values.get(i), weights.get(i));
            }
        }
        return true;
    }

    /**
     * The groups of variables that hold any, without the optimizer's, the metrics' and the random
     * generators'.
     */
    private Set<String> groupsWithValues() {
        return groups.entrySet().stream()
                .filter(e -> !e.getValue().datasets().isEmpty())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private void collect(Hdf5Group g, String path) {
        Map<String, Hdf5Group> children = new LinkedHashMap<>();
        g.groups()
                .forEach(
                        (name, child) -> {
                            // TensorFlow's Keras on Windows joined names by its own separator
                            String plain = name.replace('\\', '/');
                            String top = plain.substring(0, (plain + "/").indexOf('/'));
                            boolean state =
                                    name.equals("seed_generator")
                                            || path.isEmpty()
                                                    && Set.of("optimizer", "metrics").contains(top);
                            if (!state) {
                                children.put(plain.replace(OLD_CONTAINER, LAYERS), child);
                            }
                        });
        Map<String, String> numbered = numbered(children.keySet(), path);
        children.forEach(
                (name, child) -> {
                    String at =
                            path.isEmpty() ? numbered.get(name) : path + "/" + numbered.get(name);
                    if (at.equals(VARS) || at.endsWith("/" + VARS)) {
                        groups.put(at, child);
                    } else {
                        collect(child, at);
                    }
                });
    }

    /**
     * Names whose numbers count from 0 without gaps, per class: Keras 2.13 counted each layer
     * twice.
     */
    private static Map<String, String> numbered(Set<String> names, String path) {
        Map<String, String> all = new HashMap<>();
        Map<String, TreeMap<Integer, String>> byClass = new HashMap<>();
        for (String name : names) {
            Matcher m = NUMBERED.matcher(name);
            boolean layer = path.endsWith(LAYERS) || name.startsWith(LAYERS + "/");
            if (layer && m.matches()) {
                int number = m.group(2) == null ? 0 : Integer.parseInt(m.group(2));
                byClass.computeIfAbsent(m.group(1), c -> new TreeMap<>()).put(number, name);
            }
            all.put(name, name);
        }
        byClass.forEach(
                (base, sorted) -> {
                    int next = 0;
                    for (String name : sorted.values()) {
                        all.put(name, next == 0 ? base : base + "_" + next);
                        next++;
                    }
                });
        return all;
    }
}
