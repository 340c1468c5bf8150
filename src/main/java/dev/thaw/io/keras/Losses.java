package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.train.loss.BinaryCrossentropy;
import dev.thaw.train.loss.CategoricalCrossentropy;
import dev.thaw.train.loss.Huber;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.loss.MeanAbsoluteError;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Accuracy;
import dev.thaw.train.metric.MeanLoss;
import dev.thaw.train.metric.Metric;

/** Losses and metrics from Keras's configurations: a name, or an object. */
final class Losses {
    private Losses() {}

    static Loss read(String where, JsonNode node, ObjectReader objects) {
        boolean text = node.isTextual();
        String name =
                text ? ObjectReader.camel(node.asText()) : ObjectReader.className(where, node);
        Config c =
                new Config(
                        where,
                        text
                                ? JsonNodeFactory.instance.objectNode()
                                : ObjectReader.configOf(where, node),
                        objects);
        c.ignore("name", "fn", "dtype").require("reduction", "sum_over_batch_size");
        c.ignore("axis");
        Loss made = ObjectReader.refusing(where, () -> make(name, c));
        c.finish();
        return made;
    }

    private static Loss make(String name, Config c) {
        return switch (name) {
            case "MeanSquaredError", "Mse" -> new MeanSquaredError();
            case "MeanAbsoluteError", "Mae" -> new MeanAbsoluteError();
            case "Huber" -> new Huber(c.number("delta", 1));
            case "BinaryCrossentropy" ->
                    new BinaryCrossentropy(
                            c.bool("from_logits", false), c.number("label_smoothing", 0));
            case "CategoricalCrossentropy" ->
                    new CategoricalCrossentropy(
                            c.bool("from_logits", false), c.number("label_smoothing", 0));
            case "SparseCategoricalCrossentropy" ->
                    new SparseCategoricalCrossentropy(c.bool("from_logits", false));
            default -> throw new IllegalArgumentException("Thaw has no loss " + name);
        };
    }

    static Metric metric(String where, JsonNode node, ObjectReader objects) {
        String name = node.isTextual() ? node.asText() : ObjectReader.className(where, node);
        return switch (name) {
            case "accuracy", "acc" -> new Accuracy();
            default -> new MeanLoss(read(where, node, objects));
        };
    }

    /** Keras's object for a loss. */
    static ObjectNode write(Loss loss) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("name", loss.name());
        config.put("reduction", "sum_over_batch_size");
        if (loss instanceof BinaryCrossentropy l) {
            config.put("from_logits", l.fromLogits());
            config.put("label_smoothing", l.labelSmoothing());
        } else if (loss instanceof CategoricalCrossentropy l) {
            config.put("from_logits", l.fromLogits());
            config.put("label_smoothing", l.labelSmoothing());
        } else if (loss instanceof SparseCategoricalCrossentropy l) {
            config.put("from_logits", l.fromLogits());
        } else if (loss instanceof Huber l) {
            config.put("delta", l.delta());
        }
        return ObjectWriter.object("keras.losses", loss.getClass().getSimpleName(), config);
    }
}
