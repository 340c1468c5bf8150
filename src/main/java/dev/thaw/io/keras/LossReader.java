package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Network;
import dev.thaw.graph.Structure;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

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
            JsonNode one = alone(given.get(i));
            boolean none = one.isMissingNode() || one.isNull();
            losses.add(none ? Loss.NONE : loss(WHERE + "loss", one));
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
        return isKerasName(Loss.class, node)
                ? ConfigException.within(where, () -> Loss.of(node.asText()))
                : objects.object(where, Loss.class, node);
    }

    /** A short name, which Keras reads by rules of its own; those of other objects it looks up. */
    private boolean isKerasName(Class<?> kind, JsonNode node) {
        return node.isTextual()
                && (KerasObjects.STANDARD.find(kind, node.asText()).isPresent()
                        || objects.registry().find(kind, node.asText()).isEmpty());
    }

    private Optional<Metric> metric(String where, JsonNode node) {
        try {
            return Optional.of(
                    isKerasName(Metric.class, node)
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
        if (n.isObject() && !n.has("class_name")) {
            return byName(key, n, outputs);
        }
        if (!n.isArray()) {
            return Collections.nCopies(outputs, n);
        }
        // a list that nests as the outputs do, or one entry for each of them
        List<JsonNode> nested = new ArrayList<>();
        List<JsonNode> all =
                n.size() != outputs && place(model.outputStructure(), n, nested)
                        ? nested
                        : children(n);
        if (all.size() != outputs) {
            throw new ConfigException(
                    WHERE + key,
                    "must have one entry per output, the model has %s, got %s"
                            .formatted(outputs, n.size()),
                    "");
        }
        return all;
    }

    private static List<JsonNode> children(JsonNode n) {
        List<JsonNode> all = new ArrayList<>();
        n.forEach(all::add);
        return all;
    }

    /** Lays out what nests as the outputs do; false where it does not. */
    private static boolean place(Structure outputs, JsonNode n, List<JsonNode> into) {
        if (outputs.form() == Structure.Form.SINGLE || n.isMissingNode() || n.isNull()) {
            into.addAll(Collections.nCopies(outputs.tensors(), n));
            return true;
        }
        boolean dictionary = outputs.form() == Structure.Form.DICTIONARY;
        if (dictionary ? !n.isObject() : !n.isArray() || n.size() != outputs.parts().size()) {
            return false;
        }
        boolean fits = true;
        for (int i = 0; i < outputs.parts().size(); i++) {
            JsonNode part = dictionary ? n.path(outputs.keys().get(i)) : n.get(i);
            fits &= place(outputs.parts().get(i), part, into);
        }
        return fits;
    }

    /** By the outputs' keys in dictionaries, or by the names of their layers. */
    private List<JsonNode> byName(String key, JsonNode n, int outputs) {
        List<JsonNode> nested = new ArrayList<>();
        List<String> layers = model.outputs().stream().map(s -> s.node().layer().name()).toList();
        Structure structure = model.outputStructure();
        boolean keys =
                structure.form() == Structure.Form.DICTIONARY
                        && structure.keys().containsAll(names(n));
        if (keys && place(structure, n, nested)) {
            return nested;
        }
        for (String name : names(n)) {
            if (!layers.contains(name) && !model.outputs().isEmpty()) {
                throw new ConfigException(
                        WHERE + key,
                        "must name outputs, of %s, got '%s'".formatted(model.outputNames(), name),
                        "");
            }
        }
        return IntStream.range(0, outputs).mapToObj(i -> n.path(layers.get(i))).toList();
    }

    private static List<String> names(JsonNode n) {
        return n.properties().stream().map(Map.Entry::getKey).toList();
    }
}
