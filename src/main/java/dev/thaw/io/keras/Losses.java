package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import dev.thaw.layer.Configured;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Losses and metrics from Keras's configurations and back: a name, or an object. */
final class Losses {
    private Losses() {}

    static Loss read(String where, JsonNode node) {
        return read(where, node, Loss::of, Loss::of);
    }

    static Metric metric(String where, JsonNode node) {
        return read(where, node, Metric::of, Metric::of);
    }

    private static <T> T read(
            String where,
            JsonNode node,
            Function<String, T> byName,
            BiFunction<String, Map<String, Object>, T> byConfig) {
        return ObjectReader.refusing(
                where,
                () -> {
                    if (node.isTextual()) {
                        return byName.apply(node.asText());
                    }
                    String name = ObjectReader.className(where, node);
                    Map<String, Object> config =
                            ConfigJson.plain(ObjectReader.configOf(where, node));
                    return byConfig.apply(name, config);
                });
    }

    /** What Keras's file has for a loss or a metric: its short name, or an object. */
    static JsonNode write(ObjectWriter w, Configured one, Optional<String> identifier) {
        return identifier
                .<JsonNode>map(JsonNodeFactory.instance::textNode)
                .orElseGet(() -> w.configured(one));
    }
}
