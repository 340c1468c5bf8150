package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.layer.CallOptions;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.operator.Operator;
import dev.thaw.layer.regularization.RandomLayer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * One call of a layer in a file. Keras 3 writes {@code {"args": [..], "kwargs": {..}}} with tensors
 * as objects; Keras 2 a list of {@code [layer, call, output, kwargs]}.
 */
final class CallReader {
    private final String where;
    private final List<GraphReader.History> inputs = new ArrayList<>();
    private Mode baked;
    private boolean old;
    private final List<GraphReader.History> masks = new ArrayList<>();
    private String constant;

    private CallReader(String where) {
        this.where = where;
    }

    /** All calls of a layer. */
    static List<CallReader> all(String at, JsonNode nodes) {
        if (nodes.isMissingNode() || nodes.isNull()) {
            return List.of();
        }
        if (!nodes.isArray()) {
            throw new ConfigException(
                    at + ".inbound_nodes", "must be a list, got " + ConfigJson.text(nodes), "");
        }
        List<CallReader> calls = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            CallReader call = new CallReader(at + ".inbound_nodes[" + i + "]");
            if (nodes.get(i).isObject()) {
                call.read(nodes.get(i));
            } else {
                call.readOld(nodes.get(i));
            }
            calls.add(call);
        }
        return calls;
    }

    String where() {
        return where;
    }

    /** The tensors that the call takes. */
    List<GraphReader.History> inputs() {
        return inputs;
    }

    /** The masks that the call is given, null where an input is given none; or empty. */
    List<GraphReader.History> masks() {
        return masks;
    }

    /** All tensors that must exist before the call. */
    List<GraphReader.History> needs() {
        List<GraphReader.History> all = new ArrayList<>(inputs);
        masks.stream().filter(Objects::nonNull).forEach(all::add);
        return all;
    }

    /** Leaves out the masks of these makers, which travel by themselves. */
    void dropMasks(Set<String> makers) {
        masks.replaceAll(m -> m == null || makers.contains(m.layer()) ? null : m);
        if (masks.stream().allMatch(Objects::isNull)) {
            masks.clear();
        }
    }

    /** Calls the layer. */
    List<Symbol> make(Layer layer, BiFunction<String, GraphReader.History, Symbol> symbols) {
        if (constant != null && !(layer instanceof Operator)) {
            throw new ConfigException(
                    where,
                    "a call of the layer '%s' must take tensors, got also %s (an operator in an .h5 file looks like a layer)"
                            .formatted(layer.name(), constant),
                    "save the model as .keras");
        }
        List<Symbol> given = inputs.stream().map(h -> symbols.apply(where, h)).toList();
        Mode mode = !old && isOwnDefault(layer, baked) ? null : baked;
        List<Symbol> counting = new ArrayList<>();
        masks.forEach(m -> counting.add(m == null ? null : symbols.apply(where, m)));
        return ConfigException.within(
                where, () -> layer.applyAll(given, new CallOptions(mode, counting)));
    }

    /**
     * Keras 3 up to 3.15 writes a layer's own default down as if the call had been given it: true
     * for what changes images, false for what draws.
     */
    private static boolean isOwnDefault(Layer layer, Mode mode) {
        Mode own =
                layer instanceof RandomLayer<?> ? Mode.INFERENCE : layer.defaultMode().orElse(null);
        return mode == own;
    }

    private void read(JsonNode node) {
        node.path("args").forEach(a -> argument(a));
        for (Map.Entry<String, JsonNode> e : node.path("kwargs").properties()) {
            keyword(e.getKey(), e.getValue());
        }
        requireInputs();
    }

    private void requireInputs() {
        if (inputs.isEmpty()) {
            throw new ConfigException(where, "a call must take at least one tensor", "");
        }
    }

    /** A tensor, a list or a dictionary of tensors; constants stand in the calls of operators. */
    private void argument(JsonNode n) {
        if (n.path("class_name").asText().equals("__keras_tensor__")) {
            inputs.add(GraphReader.History.of(where, n.path("config").path("keras_history")));
        } else if (n.isObject()) {
            // Keras flattens dictionaries in ascending order of their keys
            new TreeMap<>(fields(n)).values().forEach(this::argument);
        } else if (n.isArray()) {
            n.forEach(this::argument);
        } else if (!n.isNull() && !(n.isBoolean() && !n.asBoolean())) {
            constant = ConfigJson.text(n);
        }
    }

    private static Map<String, JsonNode> fields(JsonNode n) {
        Map<String, JsonNode> all = new HashMap<>();
        n.properties().forEach(e -> all.put(e.getKey(), e.getValue()));
        return all;
    }

    private void keyword(String key, JsonNode value) {
        if (value.isNull()) {
            return;
        }
        switch (key) {
            case "training" -> {
                if (!value.isBoolean()) {
                    throw new ConfigException(
                            where + ".kwargs.training",
                            "must be true, false or null, got " + ConfigJson.text(value),
                            "");
                }
                baked = value.asBoolean() ? Mode.TRAINING : Mode.INFERENCE;
            }
            case "mask" -> mask(value);
            default -> argument(value);
        }
    }

    private void mask(JsonNode n) {
        boolean old = n.path(0).isTextual();
        if (n.isArray() && !old) {
            n.forEach(this::mask);
        } else if (n.isNull()) {
            masks.add(null);
        } else {
            masks.add(
                    GraphReader.History.of(
                            where + ".kwargs.mask",
                            old ? n : n.path("config").path("keras_history")));
        }
    }

    private void readOld(JsonNode node) {
        old = true;
        if (!node.isArray()) {
            throw new ConfigException(
                    where, "must be a list or an object, got " + ConfigJson.text(node), "");
        }
        // one tensor may stand without the list around it
        if (node.size() > 0 && node.get(0).isTextual()) {
            readOldTensor(node);
        } else {
            node.forEach(this::readOldTensor);
        }
        requireInputs();
    }

    private void readOldTensor(JsonNode n) {
        inputs.add(GraphReader.History.of(where, n));
        if (n.size() > 3 && n.get(3).isObject()) {
            for (Map.Entry<String, JsonNode> e : n.get(3).properties()) {
                keyword(e.getKey(), e.getValue());
            }
        }
    }
}
