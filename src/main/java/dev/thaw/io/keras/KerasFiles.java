package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.PropertyReader;
import dev.thaw.config.Registry;
import dev.thaw.file.AtomicFile;
import dev.thaw.file.Body;
import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.Reading;
import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.layer.Layer;
import dev.thaw.model.Model;
import dev.thaw.train.Compilation;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

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
    private static final String REMEDY = "look at the model in Keras, and save it again";
    private static final byte[] MAGIC = {'P', 'K'};

    private final Registry registry;
    private final boolean compiles;

    private KerasFiles(Registry registry, boolean compiles) {
        this.registry = registry;
        this.compiles = compiles;
    }

    /**
     * A reader that also knows a layer of your own.
     *
     * @param className the name of its class in Keras
     * @param factory makes it from Keras's configuration: numbers, texts, booleans, lists, maps; a
     *     new layer each time
     */
    public static KerasFiles withLayer(
            String className, Function<Map<String, Object>, Layer> factory) {
        return new KerasFiles(KerasObjects.STANDARD, true).andLayer(className, factory);
    }

    /** A reader that also knows what is in a registry: objects of your own. */
    public static KerasFiles knowing(Registry own) {
        return new KerasFiles(KerasObjects.STANDARD, true).with(own);
    }

    /**
     * A reader that leaves out how a model was compiled, and its optimizer's state: for a model
     * with a loss or an optimizer of your own, or one that is not to be trained. It knows a layer
     * of your own by {@link #andLayer}.
     */
    public static KerasFiles withoutCompilation() {
        return new KerasFiles(KerasObjects.STANDARD, false);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> plain(PropertyReader reader) {
        return (Map<String, Object>) reader.everything();
    }

    private static Layer own(String className, Layer made, PropertyReader reader) {
        if (made == null) {
            throw new IllegalStateException(
                    "the factory of " + className + " made no layer, but null");
        }
        return (Layer) reader.configure(made);
    }

    /**
     * The same, knowing what is in a registry too: layers, losses, metrics, schedules,
     * initializers, regularizers, constraints and activations of your own.
     */
    public KerasFiles with(Registry more) {
        Objects.requireNonNull(more, "files: more");
        return new KerasFiles(registry.with(more), compiles);
    }

    /** The same with one more layer. */
    public KerasFiles andLayer(String className, Function<Map<String, Object>, Layer> factory) {
        Objects.requireNonNull(className, "className");
        Objects.requireNonNull(factory, "factory");
        return with(
                Registry.EMPTY.withMaker(
                        Layer.class,
                        className,
                        reader -> own(className, factory.apply(plain(reader)), reader)));
    }

    /**
     * Reads a whole model: its graph, weights and flags, and, where it was compiled, its
     * compilation with the optimizer's state, so that training goes on where Keras stopped.
     */
    public static Model load(Path file) {
        return new KerasFiles(KerasObjects.STANDARD, true).read(file);
    }

    /**
     * As {@link #load(Path)}, from a stream, such as a resource on the class path; it is read to
     * its end and not closed.
     *
     * @param name what to call it in messages
     */
    public static Model load(InputStream in, String name) {
        return new KerasFiles(KerasObjects.STANDARD, true).read(in, name);
    }

    /**
     * Reads a model from what {@code model.to_json()} said in Keras, and the weights for it.
     *
     * @param weights any file that {@link #loadWeights} takes
     */
    public static Model load(Path architecture, Path weights) {
        return new KerasFiles(KerasObjects.STANDARD, true).read(architecture, weights);
    }

    /** As {@link #load(Path)}, with the objects that this reader knows. */
    public Model read(Path file) {
        Objects.requireNonNull(file, "files: file");
        return read(ByteSource.open(file));
    }

    /** As {@link #load(InputStream, String)}, with the objects that this reader knows. */
    public Model read(InputStream in, String name) {
        Objects.requireNonNull(in, "files: in");
        Objects.requireNonNull(name, "files: name");
        try {
            return read(ByteSource.of(in.readAllBytes(), name));
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** As {@link #load(Path, Path)}, with the objects that this reader knows. */
    public Model read(Path architecture, Path weights) {
        Objects.requireNonNull(architecture, "files: architecture");
        Objects.requireNonNull(weights, "files: weights");
        Model model = readArchitecture(architecture);
        loadWeights(model, weights);
        return model;
    }

    /** A model with new weights, from what {@code model.to_json()} said in Keras. */
    public Model readArchitecture(Path json) {
        Objects.requireNonNull(json, "files: json");
        return reading(
                json.toString(),
                () -> new ArchitectureFile(ByteSource.open(json)).model(registry, compiles));
    }

    private Model read(ByteSource source) {
        return reading(source.name(), () -> model(source));
    }

    private Model model(ByteSource source) {
        if (isZip(source)) {
            return new ArchiveFile(source).model(registry, compiles);
        }
        if (ArchitectureFile.fits(source)) {
            source.close();
            throw new FileFormatException(
                    source.name(),
                    "",
                    "must hold a whole model, got its architecture alone",
                    "give its weights too: KerasFiles.load(architecture, weights)");
        }
        return new Hdf5ModelFile(source).model(registry, compiles);
    }

    /** What a file claims to hold. */
    public enum Content {
        /** A model with its weights. */
        MODEL,
        /** What {@code model.to_json()} says. */
        ARCHITECTURE,
        /** Weights alone. */
        WEIGHTS
    }

    /** What a file claims to hold, by its content. */
    public static Content content(Path file) {
        Objects.requireNonNull(file, "files: file");
        ByteSource source = ByteSource.open(file);
        return reading(source.name(), () -> content(source));
    }

    private static Content content(ByteSource source) {
        boolean zip = isZip(source);
        if (!zip && !ArchitectureFile.fits(source)) {
            return new Hdf5ModelFile(source).isWhole() ? Content.MODEL : Content.WEIGHTS;
        }
        source.close();
        return zip ? Content.MODEL : Content.ARCHITECTURE;
    }

    /**
     * Gives a network the weights of a file; all or none. Layers are told apart by their names
     * where the file has the same ones, else by their order; where names and order disagree the
     * file is refused.
     */
    public static void loadWeights(Network network, Path file) {
        Objects.requireNonNull(network, "files: network");
        Objects.requireNonNull(file, "files: file");
        weights(file, root -> WeightsLayout.read(network, root)).apply();
    }

    /**
     * Gives a network those weights of a file that are for it: those of a net with another head, of
     * a trunk alone. Where it is refused, nothing has changed.
     *
     * @return what was taken, what is missing in the file, what was left there
     */
    public static WeightReport loadWeights(Network network, Path file, LoadWeightsOptions options) {
        Objects.requireNonNull(network, "files: network");
        Objects.requireNonNull(file, "files: file");
        Objects.requireNonNull(options, "files: options");
        return weights(file, root -> WeightsLayout.read(network, root, options)).apply();
    }

    private static <T> T weights(Path file, Function<Hdf5Group, T> read) {
        Objects.requireNonNull(file, "files: file");
        ByteSource source = ByteSource.open(file);
        return reading(
                source.name(),
                () ->
                        isZip(source)
                                ? new ArchiveFile(source).weights(read)
                                : new Hdf5ModelFile(source).weights(read));
    }

    /** Both readers close the source. */
    private static boolean isZip(ByteSource source) {
        if (source.length() < MAGIC.length) {
            return false;
        }
        return Arrays.equals(source.read(0, MAGIC.length), MAGIC);
    }

    /**
     * Fixes how a model is trained, by Keras's own words.
     *
     * @param config the {@code compile_config} of a file, a JSON object: optimizer, loss,
     *     loss_weights, metrics, weighted_metrics
     */
    public static void compile(Model model, String config) {
        new KerasFiles(KerasObjects.STANDARD, true).readCompilation(model, config);
    }

    /** As {@link #compile}, with the objects that this reader knows. */
    public void readCompilation(Model model, String config) {
        Objects.requireNonNull(model, "files: model");
        Objects.requireNonNull(config, "config");
        reading(
                "compile_config",
                () -> {
                    JsonNode json = ConfigJson.parse(config, "");
                    JsonNode optimizer = json.path("optimizer");
                    if (!optimizer.isObject() && !optimizer.isTextual()) {
                        throw new ConfigException(
                                "optimizer",
                                "must be a name or an object, got " + ConfigJson.text(optimizer),
                                "");
                    }
                    CompileReader.compile(model, json, registry);
                    return null;
                });
    }

    /**
     * Writes a model as {@code .keras}, with the compilation and the optimizer's state where it has
     * one. While another thread trains the model, it is written as one step left it.
     *
     * @throws IllegalArgumentException if something in it could not be read back, as a lambda has
     *     no name; nothing is written then
     */
    public static void save(Model model, Path file) {
        Objects.requireNonNull(model, "files: model");
        Objects.requireNonNull(file, "files: file");
        save(model, model.compilation(), contents -> AtomicFile.write(file, contents));
    }

    /** Writes the same to a stream, which is not closed. */
    public static void save(Model model, OutputStream out) {
        Objects.requireNonNull(model, "files: model");
        Objects.requireNonNull(out, "files: out");
        save(model, model.compilation(), contents -> write(contents, out));
    }

    /** The same without how the model is compiled, and without its optimizer's state. */
    public static void saveWithoutCompilation(Model model, Path file) {
        Objects.requireNonNull(model, "files: model");
        Objects.requireNonNull(file, "files: file");
        save(model, Optional.empty(), contents -> AtomicFile.write(file, contents));
    }

    private static void save(Model model, Optional<Compilation> c, Consumer<Body> write) {
        Objects.requireNonNull(model, "files: model");
        model.betweenSteps(() -> write.accept(ArchiveFile.contents(model, c)));
    }

    private static void write(Body contents, OutputStream out) {
        try {
            contents.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("the stream cannot be written: " + e.getMessage(), e);
        }
    }

    /** Writes the weights alone, as Keras's {@code model.save_weights("x.weights.h5")}. */
    public static void saveWeights(Network network, Path file) {
        Objects.requireNonNull(network, "files: network");
        Objects.requireNonNull(file, "files: file");
        Runnable work = () -> AtomicFile.write(file, WeightsWriter.write(network, List.of()));
        if (network instanceof Model m) {
            m.betweenSteps(work);
        } else {
            work.run();
        }
    }

    /** Adds the file's name to what its configuration does wrong, and to all else. */
    private static <T> T reading(String file, Supplier<T> work) {
        return Reading.of(
                file,
                () -> {
                    try {
                        return work.get();
                    } catch (ConfigException e) {
                        String remedy = e.remedy().isEmpty() ? REMEDY : e.remedy();
                        throw new FileFormatException(file, e.place(), e.rule(), remedy, e);
                    }
                });
    }
}
