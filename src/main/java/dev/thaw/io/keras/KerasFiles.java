package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.file.FileFormatException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.model.Model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Models and weights in Keras's files, both ways. What is read: {@code .keras}; {@code .h5} of
 * whole models by Keras 2 and 3; {@code .weights.h5}; and {@code .h5} of weights alone, as
 * keras.applications ships them. What kind a file is, its content tells, not its name.
 *
 * <p>A file is input from the outside: whatever is wrong with it ends in a {@link
 * FileFormatException} that says where, and never in a half-loaded model.
 */
public final class KerasFiles {
    private static final String MODEL_CONFIG = "model_config";
    private static final String MODEL_WEIGHTS = "model_weights";

    private KerasFiles() {}

    /**
     * Reads a whole model: its graph, weights, flags, and, where it was compiled, its compilation
     * with the optimizer's state.
     *
     * @throws IOException if the file cannot be read
     * @throws FileFormatException if its content is damaged or beyond what Thaw has
     */
    public static Model load(Path file) throws IOException {
        return isZip(file) ? loadArchive(file) : loadLegacy(file);
    }

    /**
     * Gives a model the weights of a file; all or none.
     *
     * @throws IOException if the file cannot be read
     * @throws FileFormatException if its content is damaged, or belongs to another model
     */
    public static void loadWeights(Network model, Path file) throws IOException {
        try (Hdf5File h5 = isZip(file) ? archive(file).weights : Hdf5File.open(file)) {
            named(
                    file,
                    () -> {
                        weights(model, h5.root()).apply();
                        return null;
                    });
        }
    }

    private static boolean isZip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 'P' && in.read() == 'K';
        }
    }

    private record Archive(String config, Hdf5File weights) {}

    private static Archive archive(Path file) throws IOException {
        try (java.util.zip.ZipFile z = new java.util.zip.ZipFile(file.toFile())) {
            String config =
                    new String(z.getInputStream(z.getEntry("config.json")).readAllBytes(), "UTF-8");
            byte[] w = z.getInputStream(z.getEntry("model.weights.h5")).readAllBytes();
            return new Archive(config, Hdf5File.of(w, file.getFileName() + "/model.weights.h5"));
        }
    }

    private static Model loadArchive(Path file) throws IOException {
        Archive a = archive(file);
        try (Hdf5File h5 = a.weights) {
            return named(
                    file,
                    () -> {
                        JsonNode config = ConfigJson.parse(a.config, "config.json");
                        Model model = build(config);
                        weights(model, h5.root()).apply();
                        return model;
                    });
        }
    }

    private static Model loadLegacy(Path file) throws IOException {
        try (Hdf5File h5 = Hdf5File.open(file)) {
            return named(
                    file,
                    () -> {
                        if (!h5.root().attributes().has(MODEL_CONFIG)) {
                            throw new ConfigException(
                                    "the file has weights and no model; build the model and give it"
                                            + " to loadWeights");
                        }
                        JsonNode config =
                                ConfigJson.parse(
                                        h5.root().attributes().string(MODEL_CONFIG), MODEL_CONFIG);
                        Model model = build(config);
                        weights(model, h5.root()).apply();
                        return model;
                    });
        }
    }

    private static Model build(JsonNode config) {
        UnknownLayers.refuse(config, LayerTable.STANDARD);
        String className = ObjectReader.className("config", config);
        if (!ModelReader.isModel(className)) {
            throw new ConfigException(
                    "config.class_name: must be Functional or Sequential, got "
                            + className
                            + "; a model of a class of your own is Python code, which is never run here");
        }
        return new ModelReader(new ObjectReader(LayerTable.STANDARD))
                .read("config", className, config.path("config"));
    }

    private static Assignment weights(Network model, Hdf5Group root) {
        if (WeightsReader.fits(root)) {
            return WeightsReader.read(model, root);
        }
        Hdf5Group legacy = root.find(MODEL_WEIGHTS).isPresent() ? root.group(MODEL_WEIGHTS) : root;
        if (LegacyWeights.fits(legacy)) {
            return LegacyWeights.read(model, legacy);
        }
        throw new ConfigException(
                "the file has neither the groups of Keras 3 (layers, vars) nor the attribute"
                        + " layer_names of Keras 2; give a file that Keras saved");
    }

    private static <T> T named(Path file, Supplier<T> work) {
        try {
            return work.get();
        } catch (ConfigException e) {
            throw new FileFormatException(
                    file.getFileName().toString(),
                    "",
                    e.getMessage(),
                    "see docs/keras-files.md",
                    e);
        }
    }
}
