package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Tells the two layouts of weights apart. */
final class WeightsLayout {
    private static final int SHOWN = 8;
    private static final String MODEL_WEIGHTS = "model_weights";

    private WeightsLayout() {}

    /** Values for every weight of the network. */
    static Assignment read(Network network, Hdf5Group root) {
        requireGraph(network);
        return WeightsReader.fits(root)
                ? WeightsReader.read(network, root)
                : LegacyWeights.read(network, legacy(root), isTheano(root));
    }

    /** Values for those weights of the network that the file has. */
    static PartialWeights read(Network network, Hdf5Group root, LoadWeightsOptions options) {
        requireGraph(network);
        PartialWeights into = new PartialWeights(network, options);
        boolean numbered = WeightsReader.fits(root);
        if (options.match() == LoadWeightsOptions.Match.NAME) {
            into.byName(
                    numbered ? WeightsReader.layers(root) : LegacyWeights.layers(legacy(root)),
                    !numbered && isTheano(root));
        } else if (numbered) {
            WeightsReader.byOrder(network, root, into);
        } else {
            LegacyWeights.byOrder(network, legacy(root), isTheano(root), into);
        }
        return into;
    }

    private static void requireGraph(Network network) {
        if (network.inputs().isEmpty()) {
            throw new ConfigException(
                    network.name(),
                    "has no graph yet",
                    "build it, or run it once, before it is given weights");
        }
    }

    private static boolean isTheano(Hdf5Group root) {
        return TheanoKernels.wrote(legacy(root)) || TheanoKernels.wrote(root);
    }

    private static Hdf5Group legacy(Hdf5Group root) {
        Hdf5Group group = root.find(MODEL_WEIGHTS).isPresent() ? root.group(MODEL_WEIGHTS) : root;
        if (LegacyWeights.fits(group)) {
            return group;
        }
        throw new ConfigException(
                "",
                "the file holds neither a model of Keras's (the attribute model_config) nor weights (the groups layers or vars of Keras 3, the attribute layer_names of Keras 2); it has "
                        + has(root),
                "give a file that model.save or model.save_weights wrote in Keras");
    }

    private static String has(Hdf5Group root) {
        List<String> names = new ArrayList<>(root.groups().keySet());
        names.addAll(root.datasets().keySet());
        Collections.sort(names);
        int more = names.size() - SHOWN;
        return names.subList(0, Math.min(SHOWN, names.size()))
                + (more > 0 ? " and %d more".formatted(more) : "");
    }

    /** Refuses a file that has neither a model nor weights. */
    static void requireWeights(Hdf5Group root) {
        if (!WeightsReader.fits(root)) {
            legacy(root);
        }
    }
}
