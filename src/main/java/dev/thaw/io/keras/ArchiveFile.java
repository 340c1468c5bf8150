package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.Registry;
import dev.thaw.file.Body;
import dev.thaw.file.ByteSource;
import dev.thaw.file.ZipArchive;
import dev.thaw.file.ZipBuilder;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A {@code .keras} file: a zip archive of metadata.json, config.json and model.weights.h5. */
final class ArchiveFile {
    private static final String METADATA = "metadata.json";
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.weights.h5";

    /** The text of the largest model of keras.applications has 0.6 MB. */
    private static final int MAX_CONFIG = 4 << 20;

    /** The oldest Keras whose files look like ours. */
    private static final String KERAS_VERSION = "3.0.0";

    private final ByteSource source;

    ArchiveFile(ByteSource source) {
        this.source = source;
    }

    Model model(Registry registry, boolean compiles) {
        try (ZipArchive zip = ZipArchive.open(source);
                Hdf5File weights = Hdf5File.open(zip.open(WEIGHTS))) {
            boolean keras2 = version(zip).startsWith("2.");
            JsonNode config = json(zip, CONFIG);
            Model model = ModelReader.root(CONFIG, config, registry);
            WeightsLayout.read(model, weights.root()).apply();
            JsonNode how = config.path("compile_config");
            if (compiles) {
                CompileReader.read(model, how, weights.root(), registry, keras2);
            }
            return model;
        }
    }

    private static String version(ZipArchive zip) {
        if (!zip.has(METADATA)) {
            return "3";
        }
        String version = json(zip, METADATA).path("keras_version").asText("3");
        if (!version.startsWith("3") && !version.startsWith("2.")) {
            throw new ConfigException(
                    METADATA + ".keras_version",
                    "files of Keras 2 and 3 can be read, got " + version,
                    "save the model from Keras 3");
        }
        return version;
    }

    private static JsonNode json(ZipArchive zip, String entry) {
        return ConfigJson.parse(
                new String(zip.bytes(entry, MAX_CONFIG), StandardCharsets.UTF_8), entry);
    }

    <T> T weights(Function<Hdf5Group, T> read) {
        try (ZipArchive zip = ZipArchive.open(source);
                Hdf5File weights = Hdf5File.open(zip.open(WEIGHTS))) {
            return read.apply(weights.root());
        }
    }

    /**
     * The bytes of a model's file.
     *
     * @param compilation how it is compiled, as far as the file is to hold that
     */
    static Body contents(Model model, Optional<Compilation> compilation) {
        ObjectNode config = new ModelWriter(model).write();
        compilation.ifPresent(c -> config.set("compile_config", CompileWriter.write(c)));
        List<Tensor> optimizer =
                compilation.map(c -> CompileWriter.state(c, model)).orElse(List.of());
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.put("keras_version", KERAS_VERSION);
        metadata.put(
                "date_saved",
                LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd@HH:mm:ss")));
        return new ZipBuilder()
                .entry(METADATA, utf8(metadata))
                .entry(CONFIG, utf8(config))
                .entry(WEIGHTS, WeightsWriter.write(model, optimizer));
    }

    private static byte[] utf8(JsonNode json) {
        return ConfigJson.write(json).getBytes(StandardCharsets.UTF_8);
    }
}
