package dev.thaw.cli;

import dev.thaw.backend.spi.Device;
import dev.thaw.config.Registry;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;

import picocli.CommandLine.Parameters;

import java.nio.file.Path;

/** The model's file, the first argument of most commands. */
final class ModelFile {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The model: .keras, or .h5 of a whole model.")
    private Path path;

    Path path() {
        return path;
    }

    Model open(Device device) {
        return load(path).on(device);
    }

    /** For a command that does not train: how the model was compiled is not looked at. */
    Model openUncompiled(Device device) {
        return load(path, KerasFiles.withoutCompilation()).on(device);
    }

    /** The model of a file, which must not hold weights alone. */
    static Model load(Path file) {
        return load(file, KerasFiles.knowing(Registry.EMPTY));
    }

    private static Model load(Path file, KerasFiles reader) {
        if (!KerasFiles.holdsModel(FileCheck.input(file))) {
            throw new Failure(
                    file
                            + ": holds weights alone; join them with the model that they are for: thaw"
                            + " convert WEIGHTS OUT.keras --model MODEL");
        }
        return reader.read(file);
    }
}
