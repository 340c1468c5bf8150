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
    private final List<ConfigException> lost;

    /**
     * @param lost takes what cannot be read of the metrics
     */
    LossReader(Network model, ObjectReader objects, List<ConfigException> lost) {
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
            losses.add(loss(WHERE + "loss", given.get(i)));
        }
        return new Compilation(
                optimizer,
                losses,
                weights(config, outputs),
                metrics("metrics", config, outputs),
                metrics("weighted_metrics", config, outputs));
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

    private List<List<Metric>> metrics(String key, JsonNode config, int outputs) {
        JsonNode m = config.path(key);
        List<List<Metric>> all = new ArrayList<>();
        if (m.isMissingNode() || m.isNull()) {
            return Collections.nCopies(outputs, List.of());
        }
        // a plain list of metrics holds for every output
        boolean same = m.isArray() && (m.isEmpty() || !m.get(0).isArray());
        List<JsonNode> given = same ? Collections.nCopies(outputs, m) : perOutput(key, m, outputs);
        for (JsonNode n : given) {
            List<Metric> own = new ArrayList<>();
            if (n.isArray()) {
                n.forEach(one -> metric(WHERE + key, one).ifPresent(own::add));
            } else if (!n.isMissingNode() && !n.isNull()) {
                metric(WHERE + key, n).ifPresent(own::add);
            }
            all.add(own);
        }
        return all;
    }

    private List<JsonNode> perOutput(String key, JsonNode n, int outputs) {
        if (n.isArray()) {
            if (n.size() != outputs) {
                throw new ConfigException(
                        WHERE + key,
                        "must have one entry per output, the model has "
                                + outputs
                                + ", got "
                                + n.size(),
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
