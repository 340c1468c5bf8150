package dev.thaw.io.keras;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.thaw.config.ConfigException;
import dev.thaw.config.PropertyReader;

import java.util.Map;

/** Text to JSON and back, within bounds that no configuration of Keras reaches. */
final class ConfigJson {
    /** Far above the deepest model; each level of JSON is a level of the reader's own stack. */
    private static final int MAX_DEPTH = 400;

    private static final int MAX_NUMBER = 100;

    /**
     * The largest model of keras.applications has 0.6 MB; in memory JSON takes up to 30 times that.
     */
    static final int MAX_LENGTH = 4 << 20;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxNumberLength(MAX_NUMBER)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    // Python writes NaN and Infinity
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private ConfigJson() {}

    /**
     * Parses a text.
     *
     * @param what what it is, for messages
     */
    static JsonNode parse(String text, String what) {
        if (text.length() > MAX_LENGTH) {
            throw new ConfigException(
                    what,
                    "a configuration must have at most %s characters, got %s"
                            .formatted(MAX_LENGTH, text.length()),
                    "");
        }
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node == null || !node.isObject()) {
                throw new ConfigException(what, "must be a JSON object", "");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new ConfigException(
                    what,
                    "is no JSON that Keras writes: "
                            + e.getOriginalMessage()
                            + (e.getLocation() == null
                                    ? ""
                                    : " at character " + e.getLocation().getCharOffset()),
                    "",
                    e);
        }
    }

    /** As maps, lists, texts, numbers and booleans. */
    static Map<String, Object> plain(JsonNode object) {
        return MAPPER.convertValue(object, new TypeReference<Map<String, Object>>() {});
    }

    /** As a map, list, text, number or boolean. */
    static Object value(JsonNode node) {
        return MAPPER.convertValue(node, Object.class);
    }

    /** The way back. */
    static JsonNode node(Object plain) {
        return MAPPER.valueToTree(plain);
    }

    /** A value for messages, shortened. */
    static String text(JsonNode n) {
        return PropertyReader.text(n);
    }

    static String write(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
