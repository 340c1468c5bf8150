package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.layer.Symbol;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Losses, their weights and metrics of a compile_config. Keras takes one for all outputs, a list
 * with one per output, or a dictionary by the names of outputs.
 */
final class LossReader {
    private static final String WHERE = "compile_config.";

    private final Network model;
    private final ObjectReader objects;
    private final boolean keras2;
    private final List<ConfigException> lost;

    /**
     * @param keras2 whether a plain list of metrics holds for each output, as in Keras 2; in Keras
     *     3 it has one for each
     * @param lost takes what cannot be read of the metrics
     */
    LossReader(Network model, ObjectReader objects, boolean keras2, List<ConfigException> lost) {
        this.keras2 = keras2;
        this.model = model;
        this.objects = objects;
        this.lost = lost;
    }

    Compilation read(Optimizer optimizer, JsonNode config) {
        int outputs = Math.max(1, model.outputs().size());
        List<Loss> losses = new ArrayList<>();
        List<JsonNode> given = perOutput("loss", config.path("loss"), outputs);
        for (int i = 0; i < outputs; i++) {
            if (given.get(i).isMissingNode() || given.get(i).isNull()) {
                throw new ConfigException(
                        WHERE + "loss",
                        "each output needs a loss here, output " + i + " has none",
                        "give the model one output per loss");
            }
            losses.add(loss(WHERE + "loss", alone(given.get(i))));
        }
        return new Compilation(
                optimizer,
                losses,
                weights(config, outputs),
                metrics("metrics", config, outputs),
                metrics("weighted_metrics", config, outputs));
    }

    /** Keras takes a list of one for what is in it. */
    private static JsonNode alone(JsonNode n) {
        JsonNode one = n;
        while (one.isArray() && one.size() == 1) {
            one = one.get(0);
        }
        return one;
    }

    /** A loss that is named keeps that name. */
    private Loss loss(String where, JsonNode node) {
        return node.isTextual()
                ? ConfigException.within(where, () -> Loss.of(node.asText()))
                : objects.object(where, Loss.class, node);
    }

    private Optional<Metric> metric(String where, JsonNode node) {
        try {
            return Optional.of(
                    node.isTextual()
                            ? ConfigException.within(where, () -> Metric.of(node.asText()))
                            : objects.object(where, Metric.class, node));
        } catch (ConfigException e) {
            lost.add(e);
            return Optional.empty();
        }
    }

    private List<Double> weights(JsonNode config, int outputs) {
        JsonNode w = config.path("loss_weights");
        if (w.isMissingNode() || w.isNull()) {
            return Collections.nCopies(outputs, 1.0);
        }
        List<Double> all = new ArrayList<>();
        for (JsonNode n : perOutput("loss_weights", w, outputs)) {
            if (!n.isNumber() && !n.isMissingNode() && !n.isNull()) {
                throw new ConfigException(
                        WHERE + "loss_weights", "must be numbers, got " + ConfigJson.text(w), "");
            }
            all.add(n.asDouble(1));
        }
        return all;
    }

    /** What cannot be read of metrics costs them alone, and never the compilation. */
    private List<List<Metric>> metrics(String key, JsonNode config, int outputs) {
        JsonNode m = config.path(key);
        if (m.isMissingNode() || m.isNull()) {
            return Collections.nCopies(outputs, List.of());
        }
        List<List<Metric>> all = new ArrayList<>();
        try {
            for (JsonNode n : metricsPerOutput(key, m, outputs)) {
                List<Metric> own = new ArrayList<>();
                leaves(n).forEach(one -> metric(WHERE + key, one).ifPresent(own::add));
                all.add(own);
            }
        } catch (ConfigException e) {
            lost.add(e);
            return Collections.nCopies(outputs, List.of());
        }
        return all;
    }

    private List<JsonNode> metricsPerOutput(String key, JsonNode m, int outputs) {
        // one output has all that there are, however deep they stand
        boolean flat = m.isArray() && leaves(m).size() == m.size();
        boolean same = outputs == 1 || flat && keras2;
        return same ? Collections.nCopies(outputs, m) : perOutput(key, m, outputs);
    }

    /** All that stands in lists and dictionaries, whatever their depth. */
    private static List<JsonNode> leaves(JsonNode n) {
        if (n.isMissingNode() || n.isNull()) {
            return List.of();
        }
        if (!n.isArray() && (!n.isObject() || n.has("class_name"))) {
            return List.of(n);
        }
        List<JsonNode> all = new ArrayList<>();
        n.forEach(child -> all.addAll(leaves(child)));
        return all;
    }

    private List<JsonNode> perOutput(String key, JsonNode n, int outputs) {
        if (n.isArray()) {
            if (n.size() != outputs) {
                throw new ConfigException(
                        WHERE + key,
                        "must have one entry per output, the model has %s, got %s"
                                .formatted(outputs, n.size()),
                        "");
            }
            List<JsonNode> all = new ArrayList<>();
            n.forEach(all::add);
            return all;
        }
        if (n.isObject() && !n.has("class_name")) {
            List<JsonNode> all = new ArrayList<>();
            for (int i = 0; i < outputs; i++) {
                all.add(byName(n, i));
            }
            return all;
        }
        return Collections.nCopies(outputs, n);
    }

    /** By the output's key in a dictionary, or by the name of its layer. */
    private JsonNode byName(JsonNode n, int output) {
        List<String> keys = model.outputStructure().keys();
        Symbol s = model.outputs().get(output);
        String key = keys.isEmpty() ? s.node().layer().name() : keys.get(output);
        return n.has(key) ? n.path(key) : n.path(s.node().layer().name());
    }
}
