package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.layer.ActivationFunction;
import dev.thaw.layer.Constraint;
import dev.thaw.layer.Initializer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Regularizer;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes objects from {@code {"class_name": .., "config": ..}} or from Keras's short names. What the
 * objects themselves refuse is reported with its place in the file.
 */
final class ObjectReader {
    /** No tensor of Keras has more axes. */
    static final int MAX_RANK = 8;

    private final LayerTable table;

    ObjectReader(LayerTable table) {
        this.table = table;
    }

    /** A layer or a model inside a model. */
    Layer layer(String where, JsonNode node) {
        String className = className(where, node);
        ObjectNode json = configOf(where, node);
        if (ModelReader.isModel(className)) {
            return new ModelReader(this).read(where, className, json);
        }
        Function<Config, Layer> factory =
                table.find(className)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                where
                                                        + ": Thaw has no layer "
                                                        + className
                                                        + "; it has "
                                                        + table.names()));
        Config config = new Config(where, json, this);
        return refusing(
                where,
                () -> {
                    Layer layer = factory.apply(config);
                    if (layer == null) {
                        throw new IllegalStateException(
                                "the factory of " + className + " made no layer, but null");
                    }
                    finish(layer, config);
                    return layer;
                });
    }

    /** What every layer has: a name, the flag, a type. */
    private static void finish(Layer layer, Config config) {
        String name = config.string("name", null);
        if (name != null) {
            layer.named(name);
        }
        // alone: a layer inside has a flag of its own
        layer.setTrainableAlone(config.bool("trainable", true));
        if (config.has("activity_regularizer")) {
            layer.activityRegularizer(config.regularizer("activity_regularizer"));
        }
        requireFloat32(config);
        // Keras 2 writes the shape of the first layer's input into that layer
        config.ignore("batch_input_shape", "batch_shape", "input_shape");
        config.finish();
    }

    /** A type by name, or a policy object with one. */
    static void requireFloat32(Config config) {
        JsonNode dtype = config.json("dtype");
        if (dtype == null) {
            return;
        }
        String name =
                dtype.isObject() ? dtype.path("config").path("name").asText() : dtype.asText();
        if (!name.equals("float32")) {
            throw config.refuse(
                    "dtype",
                    "Thaw computes in float32, and the layer '"
                            + config.string("name", "")
                            + "' in something else",
                    name + "; set its dtype to float32 in Keras");
        }
    }

    /** Adds the place to what a constructor refuses. */
    static <T> T refusing(String where, java.util.function.Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ConfigException(where + ": " + e.getMessage(), e);
        }
    }

    static String className(String where, JsonNode node) {
        if (!node.isObject() || !node.path("class_name").isTextual()) {
            throw new ConfigException(
                    where
                            + ": must be an object with a class_name and a config, got "
                            + Config.text(node));
        }
        return node.get("class_name").asText();
    }

    static ObjectNode configOf(String where, JsonNode node) {
        JsonNode config = node.path("config");
        if (config.isMissingNode() || config.isNull()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!(config instanceof ObjectNode o)) {
            throw new ConfigException(
                    where + ".config: must be an object, got " + Config.text(config));
        }
        return o;
    }

    private Config config(String where, JsonNode node) {
        return new Config(where, configOf(where, node), this);
    }

    /** {@code "relu"}, or the function or layer of that name as an object. */
    ActivationFunction activation(String where, JsonNode node) {
        String name = null;
        if (node.isTextual()) {
            name = node.asText();
        } else if (node.path("class_name").asText().equals("function")) {
            name = node.path("config").asText();
        }
        if (name == null) {
            throw new ConfigException(
                    where + ": must be the name of an activation, got " + Config.text(node));
        }
        String known = name;
        return refusing(where, () -> ActivationFunction.of(known));
    }

    /** An object, or a name such as {@code "glorot_uniform"}. */
    Initializer initializer(String where, JsonNode node) {
        Config c =
                node.isTextual()
                        ? new Config(where, JsonNodeFactory.instance.objectNode(), this)
                        : config(where, node);
        String name = node.isTextual() ? camel(node.asText()) : className(where, node);
        return refusing(where, () -> Initializers.read(name, c));
    }

    /** An object, or a name: {@code "l2"}. */
    Regularizer regularizer(String where, JsonNode node) {
        Config c =
                node.isTextual()
                        ? new Config(where, JsonNodeFactory.instance.objectNode(), this)
                        : config(where, node);
        String name = node.isTextual() ? camel(node.asText()) : className(where, node);
        Regularizer r =
                switch (name) {
                    case "L1" -> Regularizer.l1(c.number("l1", .01));
                    case "L2" -> Regularizer.l2(c.number("l2", .01));
                    case "L1L2" -> new Regularizer(c.number("l1", 0), c.number("l2", 0));
                    default ->
                            throw new ConfigException(
                                    where
                                            + ": Thaw has the regularizers L1, L2 and L1L2, got "
                                            + name);
                };
        c.finish();
        return r;
    }

    /** An object, or a name: {@code "non_neg"}. */
    Constraint constraint(String where, JsonNode node) {
        Config c =
                node.isTextual()
                        ? new Config(where, JsonNodeFactory.instance.objectNode(), this)
                        : config(where, node);
        String name = node.isTextual() ? camel(node.asText()) : className(where, node);
        Constraint made =
                refusing(
                        where,
                        () ->
                                switch (name) {
                                    case "NonNeg" -> new Constraint.NonNeg();
                                    case "UnitNorm" -> new Constraint.UnitNorm(axes(c));
                                    case "MaxNorm" ->
                                            new Constraint.MaxNorm(
                                                    c.number("max_value", 2), axes(c));
                                    case "MinMaxNorm" ->
                                            new Constraint.MinMaxNorm(
                                                    c.number("min_value", 0),
                                                    c.number("max_value", 1),
                                                    c.number("rate", 1),
                                                    axes(c));
                                    default ->
                                            throw new ConfigException(
                                                    where
                                                            + ": Thaw has the constraints NonNeg, UnitNorm,"
                                                            + " MaxNorm and MinMaxNorm, got "
                                                            + name);
                                });
        c.finish();
        return made;
    }

    private static List<Integer> axes(Config c) {
        List<Integer> given = c.integers("axis");
        return given == null ? List.of(0) : given;
    }

    private static final Map<String, String> SHORT =
            Map.of(
                    "l1",
                    "L1",
                    "l2",
                    "L2",
                    "l1_l2",
                    "L1L2",
                    "normal",
                    "RandomNormal",
                    "uniform",
                    "RandomUniform");

    /** glorot_uniform becomes GlorotUniform; a name in that form already stays. */
    static String camel(String name) {
        if (SHORT.containsKey(name)) {
            return SHORT.get(name);
        }
        StringBuilder s = new StringBuilder();
        for (String part : name.split("_")) {
            if (!part.isEmpty()) {
                s.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
            }
        }
        return s.toString();
    }
}
