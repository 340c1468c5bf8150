package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.config.ConfigException;
import dev.thaw.graph.Structure;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Symbol;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Builds the graph of a Functional model from its list of layers and their calls. A call waits
 * until the tensors that it takes exist, whatever the order in the file; calls of one layer keep
 * theirs.
 */
final class GraphReader {
    /** One output of one call of a layer, as files name it. */
    record History(String layer, int call, int output) {
        static History of(String where, JsonNode n) {
            if (!n.isArray()
                    || n.size() < 3
                    || !n.get(0).isTextual()
                    || !n.get(1).isInt()
                    || !n.get(2).isInt()) {
                throw new ConfigException(
                        where, "must be [layer, call, output], got " + ConfigJson.text(n), "");
            }
            return new History(n.get(0).asText(), n.get(1).asInt(), n.get(2).asInt());
        }
    }

    /** A layer of the file with the calls that are still to be made. */
    private static final class Entry {
        private final String where;
        private final String name;
        private final Layer layer;
        private final List<CallReader> calls;
        private final List<List<Symbol>> outputs = new ArrayList<>();
        private int firstCall;

        Entry(String where, String name, Layer layer, List<CallReader> calls) {
            this.where = where;
            this.name = name;
            this.layer = layer;
            this.calls = calls;
        }

        boolean waits() {
            return outputs.size() < calls.size();
        }

        /** The call to be made next. */
        CallReader next() {
            return calls.get(outputs.size());
        }
    }

    private final String where;
    private final ObjectNode config;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, List<List<Symbol>>> made = new HashMap<>();
    private final Set<String> maskMakers = new HashSet<>();
    private final boolean old;

    GraphReader(String where, ObjectNode config, ObjectReader objects) {
        this.where = where;
        this.config = config;
        JsonNode layers = config.path("layers");
        if (!layers.isArray() || layers.isEmpty()) {
            throw new ConfigException(
                    where + ".layers",
                    "must be a list of layers, got " + ConfigJson.text(layers),
                    "");
        }
        Set<String> needed = Reachable.layers(config);
        for (int i = 0; i < layers.size(); i++) {
            add(where + ".layers[" + i + "]", layers.get(i), objects, needed);
        }
        entries.values().forEach(e -> e.calls.forEach(c -> c.dropMasks(maskMakers)));
        old = isOld(layers);
        if (old) {
            countNestedCallsFromZero();
        }
        makeCalls();
    }

    /** Keras 2 wrote the tensors of a call as lists. */
    private static boolean isOld(JsonNode layers) {
        for (JsonNode l : layers) {
            JsonNode nodes = l.path("inbound_nodes");
            if (nodes.path(0).isArray()) {
                return true;
            }
        }
        return false;
    }

    /**
     * In Keras 2's files a nested model that begins with an input counts its calls from 1, as the
     * first one made the model itself: so do all references to it, or none.
     */
    private void countNestedCallsFromZero() {
        Map<String, Integer> smallest = new HashMap<>();
        for (Entry e : entries.values()) {
            e.calls.forEach(c -> c.needs().forEach(h -> note(smallest, h)));
        }
        for (String key : List.of("input_layers", "output_layers")) {
            JsonNode n = config.path(key);
            for (JsonNode end : isTensor(n) ? List.of(n) : n) {
                if (isTensor(end)) {
                    note(smallest, History.of(where + "." + key, end));
                }
            }
        }
        smallest.forEach(
                (layer, first) -> {
                    Entry e = entries.get(layer);
                    if (e != null && e.layer instanceof Model && first == 1) {
                        e.firstCall = 1;
                    }
                });
    }

    private static void note(Map<String, Integer> smallest, History h) {
        smallest.merge(h.layer(), h.call(), Math::min);
    }

    /** The tensor with its call counted from 0. */
    private History counted(History h) {
        Entry e = entries.get(h.layer());
        return e == null ? h : new History(h.layer(), h.call() - e.firstCall, h.output());
    }

    private void add(String at, JsonNode node, ObjectReader objects, Set<String> needed) {
        String className = ObjectReader.className(at, node);
        ObjectNode own = ObjectReader.configOf(at, node);
        String name = node.path("name").asText(own.path("name").asText(""));
        if (name.isEmpty()) {
            throw new ConfigException(at, "a layer must have a name", "");
        }
        if (made.containsKey(name) || entries.containsKey(name)) {
            throw new ConfigException(at, "two layers are called '" + name + "'", "");
        }
        if (OperatorJson.isOperator(node) && !needed.contains(name)) {
            maskMakers.add(name);
            return;
        }
        if (className.equals("InputLayer")) {
            made.put(name, List.of(List.of(new ModelReader(objects).input(at, own))));
            return;
        }
        List<CallReader> calls = CallReader.all(at, node.path("inbound_nodes"));
        Layer layer =
                OperatorJson.isOperator(node)
                        ? OperatorJson.read(at, node)
                        : objects.layer(at, node);
        Entry entry = new Entry(at, name, layer, calls);
        entries.put(name, entry);
        made.put(name, entry.outputs);
    }

    /**
     * Each layer goes on as far as it can, and is looked at again when what it waits for exists.
     */
    private void makeCalls() {
        Map<String, List<Entry>> waiting = new HashMap<>();
        Deque<Entry> ready = new ArrayDeque<>(entries.values());
        while (!ready.isEmpty()) {
            Entry e = ready.poll();
            boolean progressed = false;
            while (e.waits()) {
                String missing = missing(e.next());
                if (missing != null) {
                    waiting.computeIfAbsent(missing, m -> new ArrayList<>()).add(e);
                    break;
                }
                e.outputs.add(e.next().make(e.layer, (at, h) -> symbol(at, counted(h))));
                progressed = true;
            }
            if (progressed && waiting.containsKey(e.name)) {
                ready.addAll(waiting.remove(e.name));
            }
        }
        for (Entry e : entries.values()) {
            if (e.waits()) {
                throw new ConfigException(
                        e.where,
                        "call %d of '%s' takes an output of '%s' that depends on it in turn: the graph has a cycle"
                                .formatted(e.outputs.size(), e.name, missing(e.next())),
                        "");
            }
        }
    }

    /** The first layer whose output a call waits for; null where all are there. */
    private String missing(CallReader call) {
        for (History given : call.needs()) {
            History h = counted(given);
            List<List<Symbol>> calls = made.get(h.layer());
            if (calls == null) {
                throw new ConfigException(
                        call.where(), "there is no layer '" + h.layer() + "'", "");
            }
            int declared = entries.containsKey(h.layer()) ? entries.get(h.layer()).calls.size() : 1;
            if (h.call() < 0 || h.call() >= declared) {
                throw new ConfigException(
                        call.where(),
                        "'%s' has %s calls, got the number %s"
                                .formatted(h.layer(), declared, h.call()),
                        "");
            }
            if (h.call() >= calls.size()) {
                return h.layer();
            }
        }
        return null;
    }

    private Symbol symbol(String at, History h) {
        List<List<Symbol>> calls = made.get(h.layer());
        if (calls == null || h.call() < 0 || h.call() >= calls.size()) {
            throw new ConfigException(
                    at, "there is no call " + h.call() + " of a layer '" + h.layer() + "'", "");
        }
        List<Symbol> outputs = calls.get(h.call());
        if (h.output() < 0 || h.output() >= outputs.size()) {
            throw new ConfigException(
                    at,
                    "'%s' has %s outputs, got the number %s"
                            .formatted(h.layer(), outputs.size(), h.output()),
                    "");
        }
        return outputs.get(h.output());
    }

    /** The model from the first tensors to the last. */
    Model model() {
        List<Symbol> in = new ArrayList<>();
        List<Symbol> out = new ArrayList<>();
        Structure inputs = ends("input_layers", in);
        Structure outputs = ends("output_layers", out);
        return ConfigException.within(
                where,
                () -> {
                    Model model = new Model(in, out);
                    model.setStructures(inputs, outputs);
                    return model;
                });
    }

    private Structure ends(String key, List<Symbol> into) {
        String at = where + "." + key;
        JsonNode n = config.path(key);
        // Keras 2 wrote a list always
        boolean alone = old && n.isArray() && n.size() == 1 && isTensor(n.get(0));
        return structure(at, alone ? n.get(0) : n, into);
    }

    /** Lists and dictionaries within one another; the tensors come in Keras's order. */
    private Structure structure(String at, JsonNode n, List<Symbol> into) {
        if (isTensor(n)) {
            into.add(end(at, n));
            return Structure.of(1);
        }
        if (!n.isContainerNode() || n.isEmpty()) {
            throw new ConfigException(
                    at,
                    "must name at least one tensor as [layer, call, output], got "
                            + ConfigJson.text(n),
                    "");
        }
        List<Structure> parts = new ArrayList<>();
        if (n.isArray()) {
            n.forEach(child -> parts.add(structure(at, child, into)));
            return Structure.list(parts);
        }
        List<String> keys = new ArrayList<>(new TreeSet<>(fieldNames(n)));
        keys.forEach(k -> parts.add(structure(at + "." + k, n.get(k), into)));
        return Structure.dictionary(keys, parts);
    }

    private static List<String> fieldNames(JsonNode n) {
        List<String> names = new ArrayList<>();
        n.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static boolean isTensor(JsonNode n) {
        return n.isArray() && n.size() > 0 && n.get(0).isTextual();
    }

    private Symbol end(String at, JsonNode n) {
        History h = History.of(at, n);
        Entry e = entries.get(h.layer());
        // Keras 3 numbers the calls of a nested Functional from 1 here, since the model's own comes
        // first; older releases those of a nested Sequential too
        boolean nested =
                !old
                        && e != null
                        && e.layer instanceof Model
                        && (!(e.layer instanceof Sequential) || h.call() >= e.calls.size());
        return symbol(
                at,
                nested && h.call() > 0
                        ? new History(h.layer(), h.call() - 1, h.output())
                        : counted(h));
    }
}
