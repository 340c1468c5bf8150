package dev.thaw.cli;

import dev.thaw.backend.spi.Device;
import dev.thaw.config.Registry;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;

/** The model's file, the first argument of most commands. */
final class ModelFile {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The model: .keras, .h5 of a whole model, or .json with --weights.")
    private Path path;

    @Option(
            names = "--weights",
            paramLabel = "WEIGHTS",
            description =
                    "The file of its weights, where FILE is an architecture: model.to_json() in Keras.")
    private Path weights;

    Path path() {
        return path;
    }

    Model open(Device device) {
        return load(path, weights).on(device);
    }

    /** For a command that does not train: how the model was compiled is not looked at. */
    Model openUncompiled(Device device) {
        return load(path, weights, KerasFiles.withoutCompilation()).on(device);
    }

    /**
     * The model of a file, which must not hold weights alone.
     *
     * @param weights for an architecture; null where the file has its own
     */
    static Model load(Path file, Path weights) {
        return load(file, weights, KerasFiles.knowing(Registry.EMPTY));
    }

    private static Model load(Path file, Path weights, KerasFiles reader) {
        switch (KerasFiles.content(FileCheck.input(file))) {
            case MODEL -> {
                if (weights != null) {
                    throw new Failure(
                            file + ": has weights of its own; leave out --weights " + weights);
                }
                return reader.read(file);
            }
            case ARCHITECTURE -> {
                if (weights == null) {
                    throw new Failure(
                            "%s: holds an architecture alone; say where its weights are: --weights WEIGHTS"
                                    .formatted(file));
                }
                return reader.read(file, FileCheck.input(weights));
            }
            default ->
                    throw new Failure(
                            "%s: holds weights alone; join them with the model that they are for: thaw convert WEIGHTS OUT.keras --model MODEL"
                                    .formatted(file));
        }
    }
}
