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
        if (network.inputs().isEmpty()) {
            throw new ConfigException(
                    network.name(),
                    "has no graph yet",
                    "build it, or run it once, before it is given weights");
        }
        if (WeightsReader.fits(root)) {
            return WeightsReader.read(network, root);
        }
        Hdf5Group legacy = root.find(MODEL_WEIGHTS).isPresent() ? root.group(MODEL_WEIGHTS) : root;
        if (LegacyWeights.fits(legacy)) {
            boolean theano = TheanoKernels.wrote(legacy) || TheanoKernels.wrote(root);
            return LegacyWeights.read(network, legacy, theano);
        }
        throw new ConfigException(
                "",
                "weights must stand in the groups of Keras 3 (layers, vars) or under the attribute"
                        + " layer_names of Keras 2, got neither",
                "give a file that Keras saved");
    }
}
