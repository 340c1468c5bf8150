package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.layer.Layer;

/** Calls of functions such as {@code x * 2}, which Keras writes among the layers. */
final class Operators {
    private Operators() {}

    static boolean isOperator(JsonNode node) {
        return node.path("module").asText().startsWith("keras.src.ops");
    }

    static Layer read(String where, JsonNode node) {
        throw new KerasFileException(
                where + ": Thaw has no operator " + node.path("class_name").asText());
    }
}
