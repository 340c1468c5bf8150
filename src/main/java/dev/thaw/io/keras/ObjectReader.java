package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.PropertyReader;
import dev.thaw.config.Registry;
import dev.thaw.layer.Layer;

import java.util.List;
import java.util.Map;

/**
 * Makes objects of JSON: {@code {"class_name": .., "config": ..}}, or Keras's short names. What the
 * objects themselves refuse is reported with its place in the file.
 */
final class ObjectReader {
    private final Registry registry;

    /**
     * @param registry what files may name; models inside models come on top
     */
    ObjectReader(Registry registry) {
        Registry all = registry;
        for (String model : List.of("Functional", "Model", "Sequential")) {
            all = all.withMaker(Layer.class, model, r -> model(r, model));
        }
        this.registry = all;
    }

    private Layer model(PropertyReader reader, String className) {
        JsonNode config = ConfigJson.node(reader.everything());
        return new ModelReader(this).read(reader.where(), className, config);
    }

    /** What may be named. */
    Registry registry() {
        return registry;
    }

    /** A layer or a model inside a model. */
    Layer layer(String where, JsonNode node) {
        String className = className(where, node);
        if (ModelReader.isModel(className)) {
            return new ModelReader(this).read(where, className, configOf(where, node));
        }
        Map<String, Object> config = ConfigJson.plain(configOf(where, node));
        config.remove("batch_input_shape"); // which a Sequential reads of its first layer
        config.computeIfPresent(
                "name", (k, name) -> name instanceof String s ? ModelReader.plain(s) : name);
        return registry.make(where, Layer.class, className, config);
    }

    /** An object of another kind. */
    <T> T object(String where, Class<T> kind, JsonNode node) {
        return registry.make(where, kind, ConfigJson.value(node));
    }

    static String className(String where, JsonNode node) {
        if (!node.isObject() || !node.path("class_name").isTextual()) {
            throw new ConfigException(
                    where,
                    "must be an object with a class_name and a config, got "
                            + ConfigJson.text(node),
                    "");
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
                    where + ".config", "must be an object, got " + ConfigJson.text(config), "");
        }
        return o;
    }
}
