package dev.thaw.io.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.layer.Layer;

import java.util.Map;

/** Layers from the text that Keras's {@code get_config} makes of them. */
public final class KerasLayers {
    private static final ObjectMapper JSON = new ObjectMapper();

    private KerasLayers() {}

    /** The layer of a class with such a configuration. */
    public static Layer read(String className, String config) {
        try {
            ObjectNode node = JSON.createObjectNode();
            node.put("class_name", className).set("config", JSON.readTree(config));
            return new ObjectReader(KerasObjects.STANDARD)
                    .layer(className, renewed(className, node));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(className, e);
        }
    }

    private static ObjectNode renewed(String className, ObjectNode node) {
        Spellings.renew(className, node);
        return node;
    }

    /** The layer of a class with a configuration of plain values. */
    public static Layer of(String className, Map<String, ?> config) {
        return KerasObjects.STANDARD.make(className, Layer.class, className, config);
    }
}
