package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.PropertyReader;
import dev.thaw.config.Registry;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.WholeType;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Makes models from their configurations: {@code Functional} (once {@code Model}) and {@code
 * Sequential}.
 */
final class ModelReader {
    private static final Set<String> FUNCTIONAL = Set.of("Functional", "Model");
    private static final Set<String> FLOATS = Set.of("float32", "float64", "float16", "bfloat16");
    private static final String SEQUENTIAL = "Sequential";

    private final ObjectReader objects;

    ModelReader(ObjectReader objects) {
        this.objects = objects;
    }

    static boolean isModel(String className) {
        return className.equals(SEQUENTIAL) || FUNCTIONAL.contains(className);
    }

    /** The whole model of a file, without its weights' values. */
    static Model root(String where, JsonNode object, Registry registry) {
        String className = ObjectReader.className(where, object);
        if (!isModel(className)) {
            throw new ConfigException(
                    where + ".class_name",
                    "must be Functional or Sequential, got %s (a model of a class of your own is Python code, which is never run here)"
                            .formatted(className),
                    "build it from layers in Keras");
        }
        OldFunctions.renew(object);
        UnknownLayers.refuse(object, registry);
        Spellings.renew(where, object);
        return new ModelReader(new ObjectReader(registry))
                .read(where + ".config", className, object.path("config"));
    }

    /** The model without its weights' values. */
    Model read(String where, String className, JsonNode config) {
        // Keras 2.0 wrote a Sequential's layers alone
        boolean row = config.isArray() && className.equals(SEQUENTIAL);
        if (!config.isObject() && !row) {
            throw new ConfigException(
                    where, "must be a JSON object, got " + config.getNodeType(), "");
        }
        Model model =
                className.equals(SEQUENTIAL)
                        ? sequential(where, config)
                        : functional(where, (ObjectNode) config);
        String name = config.path("name").asText("");
        if (!name.isEmpty()) {
            ConfigException.within(where, () -> model.named(plain(name)));
        }
        if (!config.path("trainable").asBoolean(true)) {
            // only this flag: what is inside has flags of its own in the file
            model.setTrainableAlone(false);
        }
        return model;
    }

    /** Keras 2 allowed slashes in names, which make paths here as in Keras 3. */
    static String plain(String name) {
        return name.replace('/', '_');
    }

    private Model functional(String where, ObjectNode config) {
        return new GraphReader(where, config, objects).model();
    }

    private Model sequential(String where, JsonNode config) {
        JsonNode entries = config.isArray() ? config : config.path("layers");
        if (!entries.isArray()) {
            throw new ConfigException(
                    where + ".layers", "must be a list, got " + ConfigJson.text(entries), "");
        }
        Symbol input = null;
        List<Layer> row = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            JsonNode e = entries.get(i);
            String at = where + ".layers[" + i + "]";
            if (ObjectReader.className(at, e).equals("InputLayer")) {
                if (i != 0) {
                    throw new ConfigException(
                            at, "an InputLayer must come first in a Sequential", "");
                }
                input = input(at, ObjectReader.configOf(at, e));
                continue;
            }
            if (i == 0) {
                input = firstInput(at, ObjectReader.configOf(at, e));
            }
            row.add(objects.layer(at, e));
        }
        if (input == null && config.path("build_input_shape").isArray()) {
            input =
                    Input.named(
                            "input",
                            anyBatch(reader(where, config), "build_input_shape"),
                            DType.FLOAT32);
        }
        Layer[] layers = row.toArray(Layer[]::new);
        Symbol in = input;
        return ConfigException.within(
                where, () -> in == null ? new Sequential(layers) : new Sequential(in, layers));
    }

    private PropertyReader reader(String where, JsonNode config) {
        return new PropertyReader(where, ConfigJson.plain(config), objects.registry());
    }

    /** Keras 2 writes the input's shape into the first layer; null where it does not. */
    private Symbol firstInput(String where, ObjectNode config) {
        return config.hasNonNull("batch_input_shape")
                ? Input.named(
                        plain(config.path("name").asText("first")) + "_input",
                        anyBatch(reader(where, config), "batch_input_shape"),
                        DType.FLOAT32)
                : null;
    }

    /**
     * The shape of an input. A Sequential that was built by a call remembers that call's batch;
     * Keras takes batches of any size there, and so does what is read.
     */
    private static Shape anyBatch(PropertyReader reader, String key) {
        Shape shape = reader.shape(key, null);
        if (shape == null || shape.rank() == 0) {
            throw new ConfigException(
                    reader.where() + "." + key,
                    "must be given, the batch first, got " + (shape == null ? "nothing" : shape),
                    "");
        }
        return shape.withDim(0, Shape.NONE);
    }

    /** An input layer's symbol. */
    Symbol input(String where, ObjectNode config) {
        PropertyReader p = reader(where, config);
        Shape shape =
                anyBatch(p, config.hasNonNull("batch_shape") ? "batch_shape" : "batch_input_shape");
        String type = p.text("dtype", "float32");
        String name = p.required().text("name", null);
        p.ignore("batch_shape", "batch_input_shape", "ragged", "trainable");
        p.finish();
        return ConfigException.within(
                where, () -> input(where, plain(name), shape, type == null ? "float32" : type));
    }

    private static Symbol input(String where, String name, Shape shape, String type) {
        if (FLOATS.contains(type)) {
            return Input.named(name, shape, DType.FLOAT32);
        }
        return Arrays.stream(WholeType.values())
                .filter(t -> t.kerasName().equals(type))
                .map(t -> Input.named(name, shape, t))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ConfigException(
                                        where + ".dtype",
                                        "inputs are floats, booleans or whole numbers of up to 64 bits, got '%s'"
                                                .formatted(type),
                                        ""));
    }
}
