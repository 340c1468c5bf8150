package dev.thaw.cli;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

import java.nio.file.Path;
import java.util.Locale;

/**
 * Where a model goes: its ending says how much of it.
 *
 * @param path the file
 * @param weightsOnly whether the weights alone
 */
record ModelTarget(Path path, boolean weightsOnly) {
    private static final String WHOLE = ".keras";
    private static final String WEIGHTS = ".weights.h5";

    /** Refuses other endings, and places where nothing can be written. */
    static ModelTarget of(Path path, CommandLine line) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(WHOLE) && !name.endsWith(WEIGHTS)) {
            throw new ParameterException(
                    line,
                    "%s: the name must end in .keras (the whole model) or .weights.h5 (its weights alone); other formats are read, not written"
                            .formatted(path));
        }
        return new ModelTarget(FileCheck.output(path), name.endsWith(WEIGHTS));
    }

    void save(Model model) {
        if (weightsOnly) {
            KerasFiles.saveWeights(model, path);
        } else {
            KerasFiles.save(model, path);
        }
    }

    /** What is in it, for people. */
    String contents(Model model) {
        return weightsOnly
                ? "weights alone"
                : model.compilation().isPresent() ? "model and optimizer state" : "model";
    }
}
