package dev.thaw.io.keras;

import dev.thaw.file.AtomicFile;
import dev.thaw.file.FileFormatException;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.layer.Layer;
import dev.thaw.model.Model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Models and weights in Keras's files, both ways. What is read: {@code .keras}; {@code .h5} of
 * whole models by Keras 2 and 3; {@code .weights.h5}; and {@code .h5} of weights alone, as
 * keras.applications ships them. What kind a file is, its content tells, not its name. What is
 * written: {@code .keras} and {@code .weights.h5}, which replace an older file only when they are
 * complete.
 *
 * <p>A file is input from the outside: whatever is wrong with it ends in a {@link
 * FileFormatException} that says where, and never in a half-loaded model. A file that cannot be
 * read or written at all ends in an {@link UncheckedIOException}, which that is one of.
 */
public final class KerasFiles {
    private final LayerTable table;

    private KerasFiles(LayerTable table) {
        this.table = table;
    }

    /**
     * A reader that also knows a layer of your own.
     *
     * @param className the name of its class in Keras
     * @param factory makes it from Keras's configuration: numbers, texts, booleans, lists, maps
     */
    public static KerasFiles withLayer(
            String className, Function<Map<String, Object>, Layer> factory) {
        return new KerasFiles(LayerTable.STANDARD).andLayer(className, factory);
    }

    /** The same with one more layer. */
    public KerasFiles andLayer(String className, Function<Map<String, Object>, Layer> factory) {
        Objects.requireNonNull(factory, "factory");
        return new KerasFiles(table.with(className, c -> factory.apply(c.all())));
    }

    /**
     * Reads a whole model: its graph, weights and flags, and, where it was compiled, its
     * compilation with the optimizer's state, so that training goes on where Keras stopped.
     */
    public static Model load(Path file) {
        return new KerasFiles(LayerTable.STANDARD).read(file);
    }

    /** As {@link #load}, with the layers that this reader knows. */
    public Model read(Path file) {
        return isZip(file)
                ? new ArchiveFile(file).model(table)
                : new Hdf5ModelFile(file).model(table);
    }

    /** Gives a network the weights of a file; all or none. */
    public static void loadWeights(Network network, Path file) {
        if (isZip(file)) {
            new ArchiveFile(file).weights(network);
        } else {
            new Hdf5ModelFile(file).weights(network);
        }
    }

    /**
     * Writes a model as {@code .keras}, with the compilation and the optimizer's state where it has
     * one.
     */
    public static void save(Model model, Path file) {
        AtomicFile.write(file, ArchiveFile.contents(model));
    }

    /** Writes the weights alone, as Keras's {@code model.save_weights("x.weights.h5")}. */
    public static void saveWeights(Network network, Path file) {
        AtomicFile.write(file, WeightsWriter.write(network, List.of()));
    }

    private static boolean isZip(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 'P' && in.read() == 'K';
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Opens the weights and adds the file's name to what its configuration does wrong. */
    static <T> T reading(String file, java.util.function.Supplier<T> work) {
        try {
            return work.get();
        } catch (ConfigException e) {
            throw new FileFormatException(file, e.place(), e.rule(), e.remedy(), e);
        } catch (StackOverflowError e) {
            throw new FileFormatException(
                    file,
                    "",
                    "models must not be nested as deep as these",
                    FileFormatException.UNSUPPORTED,
                    e);
        }
    }

    static Assignment weights(Network model, Hdf5File h5) {
        return WeightsLayout.read(model, h5.root());
    }
}
