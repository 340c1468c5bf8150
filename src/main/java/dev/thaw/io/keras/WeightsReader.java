package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNames;
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
    private static final String NAME = "name";

    /** What a layer is in: {@code layers/functional} of {@code layers/functional/layers/conv2d}. */
    private static final Pattern PARENT = Pattern.compile("(.*?)/?(?:layers/[^/]*|layer)");

    private static final Pattern NUMBERED = Pattern.compile("(.*?)(?:_(\\d{1,6}))?");

    /** What TensorFlow's Keras 2.13 to 2.15 called a container's layers. */
    private static final String OLD_CONTAINER = "_layer_checkpoint_dependencies";

    /** The groups of variables by where Keras 3 would have put them. */
    private final Map<String, Hdf5Group> groups = new TreeMap<>();

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
        Map<String, Layer> groups = r.placed(WeightPaths.of(model));
        List<String> missing = new ArrayList<>();
        Assignment into = new Assignment();
        groups.forEach(
                (path, layer) -> {
                    if (!r.layer(path, layer, into)) {
                        missing.add(path + " (" + layer.name() + ")");
                    }
                });
        if (!missing.isEmpty()) {
            throw new ConfigException(
                    "",
                    "the file lacks the weights of %s layers: %s"
                            .formatted(missing.size(), shortened(missing)),
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
        return into;
    }

    /** The same by order alone: by classes, and numbers of each. */
    static void byOrder(Network model, Hdf5Group root, PartialWeights into) {
        WeightsReader r = new WeightsReader(root);
        Set<String> left = r.groupsWithValues();
        WeightPaths.of(model)
                .forEach(
                        (path, layer) -> {
                            if (!layer.ownWeights().isEmpty() && left.remove(vars(path))) {
                                into.unit(layer.ownWeights(), a -> r.layer(path, layer, a));
                            }
                        });
        left.forEach(path -> into.leave(r.stored(path)));
    }

    /** Each layer with its name and those of the models around it. */
    static List<StoredLayer> layers(Hdf5Group root) {
        WeightsReader r = new WeightsReader(root);
        Set<String> all = r.groupsWithValues();
        if (all.stream().allMatch(path -> r.name(path) == null)) {
            throw new ConfigException(
                    "",
                    "the file must name its layers, got their classes and numbers alone, as older releases of Keras 3 wrote them",
                    "load the weights by order");
        }
        return all.stream().map(r::stored).toList();
    }

    private StoredLayer stored(String vars) {
        return new StoredLayer(
                namedPath(vars), List.of(), List.copyOf(groups.get(vars).datasets().values()));
    }

    /**
     * The name of the layer whose variables stand at a path; null where the file does not say it.
     */
    private String name(String vars) {
        Hdf5Group g = groups.get(vars);
        return g != null && g.attributes().has(NAME) ? g.attributes().string(NAME) : null;
    }

    /** {@code layers/functional/layers/conv2d/vars} is {@code base/conv}. */
    private String namedPath(String vars) {
        List<String> names = new ArrayList<>();
        String at = vars.equals(VARS) ? "" : vars.substring(0, vars.length() - VARS.length() - 1);
        while (!at.isEmpty()) {
            String name = name(vars(at));
            names.add(
                    0,
                    ModelReader.plain(name == null ? at.substring(at.lastIndexOf('/') + 1) : name));
            Matcher parent = PARENT.matcher(at);
            at = parent.matches() ? parent.group(1) : "";
        }
        return String.join("/", names);
    }

    /** The model's layers by where the file has them: by names where these tell. */
    private Map<String, Layer> placed(Map<String, Layer> model) {
        Map<String, String> places = new HashMap<>(Map.of("", ""));
        Map<String, List<String>> alike = new LinkedHashMap<>();
        model.forEach(
                (path, layer) -> {
                    if (!path.isEmpty()) {
                        String base = LayerNames.snakeCase(WeightPaths.className(layer));
                        String siblings = parent(path) + " " + base;
                        alike.computeIfAbsent(siblings, k -> new ArrayList<>()).add(path);
                    }
                });
        // parents come before what is in them
        alike.forEach((key, paths) -> place(paths, model, places));
        Map<String, Layer> all = new LinkedHashMap<>();
        model.forEach((path, layer) -> all.put(places.get(path), layer));
        return all;
    }

    private static String parent(String path) {
        Matcher m = PARENT.matcher(path);
        return m.matches() ? m.group(1) : "";
    }

    /** Layers of one class in one container. */
    private void place(List<String> paths, Map<String, Layer> model, Map<String, String> places) {
        String parent = parent(paths.get(0));
        String moved = places.getOrDefault(parent, parent);
        List<String> stored =
                paths.stream().map(p -> moved + p.substring(parent.length())).toList();
        List<String> names = new ArrayList<>();
        stored.forEach(p -> names.add(name(vars(p))));
        List<Layer> layers = paths.stream().map(model::get).toList();
        boolean named = paths.size() > 1 && !names.contains(null);
        List<Integer> order =
                named
                        ? LayerOrder.of(
                                moved, names.stream().map(ModelReader::plain).toList(), layers)
                        : null;
        for (int i = 0; i < paths.size(); i++) {
            places.put(paths.get(i), stored.get(named ? order.get(i) : i));
        }
    }

    private static String shortened(Collection<String> names) {
        return names.size() <= 8
                ? names.toString()
                : names.stream().limit(8).toList() + " and " + (names.size() - 8) + " more";
    }

    private static String vars(String path) {
        return path.isEmpty() ? VARS : path + "/" + VARS;
    }

    private boolean layer(String path, Layer layer, Assignment into) {
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
                    "%s has %s weights %s, the file has %s"
                            .formatted(
                                    layer.name(),
                                    weights.size(),
                                    weights.stream().map(w -> w.spec().name()).toList(),
                                    values.size()),
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
