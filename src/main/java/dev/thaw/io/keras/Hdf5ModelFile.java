package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.Registry;
import dev.thaw.file.ByteSource;
import dev.thaw.io.hdf5.Hdf5Attributes;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.model.Model;

import java.util.function.Function;

/** An HDF5 file: a legacy whole model, or weights alone in either layout. */
final class Hdf5ModelFile {
    private static final String MODEL_CONFIG = "model_config";
    private static final String TRAINING_CONFIG = "training_config";

    private final ByteSource source;

    Hdf5ModelFile(ByteSource source) {
        this.source = source;
    }

    boolean isWhole() {
        try (Hdf5File h5 = Hdf5File.open(source)) {
            boolean whole = h5.root().attributes().has(MODEL_CONFIG);
            if (!whole) {
                WeightsLayout.requireWeights(h5.root());
            }
            return whole;
        }
    }

    Model model(Registry registry, boolean compiles) {
        try (Hdf5File h5 = Hdf5File.open(source)) {
            return model(h5, registry, compiles);
        }
    }

    private static Model model(Hdf5File h5, Registry registry, boolean compiles) {
        Hdf5Attributes attributes = h5.root().attributes();
        if (!attributes.has(MODEL_CONFIG)) {
            WeightsLayout.requireWeights(h5.root());
            throw new ConfigException(
                    MODEL_CONFIG,
                    "the file must hold a whole model, got weights alone",
                    "build the model in Java, or give its architecture: KerasFiles.load(json, weights)");
        }
        JsonNode config = ConfigJson.parse(attributes.string(MODEL_CONFIG), MODEL_CONFIG);
        Model model = ModelReader.root(MODEL_CONFIG, config, registry);
        WeightsLayout.read(model, h5.root()).apply();
        if (compiles && attributes.has(TRAINING_CONFIG)) {
            String training = attributes.string(TRAINING_CONFIG);
            CompileReader.readLegacy(
                    model, ConfigJson.parse(training, TRAINING_CONFIG), h5.root(), registry);
        }
        return model;
    }

    <T> T weights(Function<Hdf5Group, T> read) {
        try (Hdf5File h5 = Hdf5File.open(source)) {
            return read.apply(h5.root());
        }
    }
}
