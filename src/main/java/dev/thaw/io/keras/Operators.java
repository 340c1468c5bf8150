package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.layer.Layer;

/** Calls of functions such as {@code x * 2}, which Keras writes among the layers. */
final class Operators {
    private Operators() {}

    static boolean isOperator(JsonNode node) {
        return node.path("module").asText().startsWith("keras.src.ops");
    }

    static boolean isKnown(JsonNode node) {
        return false;
    }

    static Layer read(String where, JsonNode node) {
        throw new ConfigException(
                where + ": Thaw has no operator " + node.path("class_name").asText());
    }
}
