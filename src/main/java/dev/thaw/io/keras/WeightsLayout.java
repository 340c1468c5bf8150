package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Group;

/** Tells the two layouts of weights apart. */
final class WeightsLayout {
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
                "weights must stand in the groups of Keras 3 (layers, vars) or under the attribute layer_names of Keras 2, got neither",
                "give a file that Keras saved");
    }
}
