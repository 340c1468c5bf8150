package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.io.hdf5.Hdf5Node;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Reads a model's weights where Keras 3 keeps them, see {@link WeightPaths}. */
final class WeightsReader {
    private static final String VARS = "vars";

    /** What TensorFlow's Keras 2.13 to 2.15 called a container's layers. */
    private static final String OLD_CONTAINER = "_layer_checkpoint_dependencies";

    private final Hdf5Group root;
    private final boolean old;
    private final Assignment into = new Assignment();

    private WeightsReader(Hdf5Group root) {
        this.root = root;
        this.old = root.find(OLD_CONTAINER).isPresent();
    }

    /** True where the layout is that of Keras 3, not the legacy one. */
    static boolean fits(Hdf5Group root) {
        return root.find("layers").isPresent()
                || root.find(OLD_CONTAINER).isPresent()
                || root.find("vars").isPresent();
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
        List<String> left = new ArrayList<>(r.groupsWithValues());
        groups.forEach(
                (path, layer) -> {
                    if (!layer.ownWeights().isEmpty()) {
                        left.remove(r.vars(path));
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

    private static String shortened(List<String> names) {
        return names.size() <= 8
                ? names.toString()
                : names.subList(0, 8) + " and " + (names.size() - 8) + " more";
    }

    private String vars(String path) {
        String base = old ? path.replace("layers/", OLD_CONTAINER + "/") : path;
        return base.isEmpty() ? VARS : base + "/" + VARS;
    }

    private boolean layer(String path, Layer layer) {
        List<Weight> weights = WeightPaths.variables(layer);
        if (weights.isEmpty()) {
            return true;
        }
        Optional<Hdf5Node> group = root.find(vars(path));
        if (group.isEmpty() || !(group.get() instanceof Hdf5Group g)) {
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
            Variable v = weights.get(i).variable();
            if (!into.has(v)) {
                into.put(values.get(i).path(), weights.get(i), checked(values.get(i), v).read());
            }
        }
        return true;
    }

    /** Refuses a wrong shape before anything of its size is made. */
    private static Hdf5Dataset checked(Hdf5Dataset d, Variable v) {
        if (!d.shape().equals(v.shape())) {
            throw new ConfigException(
                    d.path(),
                    v.name() + " has shape " + v.shape() + ", the file has " + d.shape(),
                    "the file belongs to another model");
        }
        return d;
    }

    /**
     * The groups of variables that hold any, without the optimizer's and the random generators'.
     */
    private List<String> groupsWithValues() {
        TreeSet<String> found = new TreeSet<>();
        collect(root, found);
        return new ArrayList<>(found);
    }

    private static void collect(Hdf5Group g, TreeSet<String> into) {
        g.groups()
                .forEach(
                        (name, child) -> {
                            boolean state =
                                    name.equals("seed_generator")
                                            || g.path().equals("/") && name.equals("optimizer");
                            if (name.equals(VARS) && !child.datasets().isEmpty()) {
                                into.add(child.path().substring(1));
                            } else if (!state) {
                                collect(child, into);
                            }
                        });
    }
}
