package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.graph.Network;
import dev.thaw.graph.Structure;
import dev.thaw.layer.InputLayer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Node;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.operator.Operator;
import dev.thaw.model.Sequential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes a network's configuration as Keras does: a Functional with its calls, or a Sequential. */
final class ModelWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Network network;
    private final Map<Layer, List<Node>> calls = new HashMap<>();

    ModelWriter(Network network) {
        this.network = network;
        for (Node n : network.nodes()) {
            calls.computeIfAbsent(n.layer(), l -> new ArrayList<>()).add(n);
        }
    }

    ObjectNode write() {
        if (network.inputs().isEmpty()) {
            throw new IllegalStateException(
                    "%s: has no graph yet; build it, or run it once, before it is saved"
                            .formatted(network.name()));
        }
        ObjectNode config = JSON.objectNode();
        config.put("name", network.name());
        config.put("trainable", network.trainable());
        ObjectNode object;
        if (network instanceof Sequential) {
            config.set("dtype", ObjectWriter.float32());
            ArrayNode layers = config.putArray("layers");
            network.layers().forEach(l -> layers.add(withBuildConfig(l, ObjectWriter.layer(l))));
            config.set("build_input_shape", ObjectWriter.shape(network.inputShapes().get(0)));
            object = ObjectWriter.object("keras", "Sequential", config);
            object.putObject("build_config")
                    .set("input_shape", ObjectWriter.shape(network.inputShapes().get(0)));
        } else {
            functional(config);
            object = ObjectWriter.object("keras.src.models.functional", "Functional", config);
            object.put("registered_name", "Functional");
            object.putObject("build_config").putNull("input_shape");
        }
        return object;
    }

    private void functional(ObjectNode config) {
        ArrayNode layers = config.putArray("layers");
        for (Layer l : network.layers()) {
            ObjectNode entry = withBuildConfig(l, ObjectWriter.layer(l));
            entry.put("name", l.name());
            ArrayNode nodes = entry.putArray("inbound_nodes");
            for (Node n : calls.getOrDefault(l, List.of())) {
                nodes.add(call(n));
            }
            layers.add(entry);
        }
        config.set("input_layers", ends(network.inputStructure(), network.inputs()));
        config.set("output_layers", ends(network.outputStructure(), network.outputs()));
    }

    /** The shape that a layer with weights was built for. */
    private ObjectNode withBuildConfig(Layer l, ObjectNode entry) {
        List<Node> of = calls.getOrDefault(l, List.of());
        boolean builds = !(l instanceof Network) && !(l instanceof Operator);
        if (builds && !of.isEmpty() && of.get(0).inputs().size() == 1) {
            entry.putObject("build_config")
                    .set("input_shape", ObjectWriter.shape(of.get(0).inputs().get(0).shape()));
        }
        return entry;
    }

    private ObjectNode call(Node n) {
        if (n.layer() instanceof Operator o) {
            return OperatorJson.writeCall(o, n.inputs(), this::tensor);
        }
        ObjectNode node = JSON.objectNode();
        ArrayNode args = node.putArray("args");
        List<Symbol> in = n.inputs();
        Structure structure =
                n.layer() instanceof Network inner
                        ? inner.inputStructure()
                        : n.layer().takesList()
                                ? Structure.list(in.size())
                                : Structure.of(in.size());
        args.add(structured(structure, in.stream().map(this::tensor).toList()));
        ObjectNode kwargs = node.putObject("kwargs");
        if (!n.masks().isEmpty()) {
            List<JsonNode> masks =
                    n.masks().stream()
                            .<JsonNode>map(m -> m == null ? JSON.nullNode() : tensor(m))
                            .toList();
            kwargs.set("mask", structured(structure, masks));
        }
        n.baked().ifPresent(mode -> kwargs.put("training", training(n.layer(), mode)));
        return node;
    }

    private static boolean training(Layer layer, Mode mode) {
        if (mode == Mode.MONTE_CARLO) {
            throw new IllegalArgumentException(
                    "%s: Keras has no Monte-Carlo mode, so a file cannot hold a call in it; bake Mode.TRAINING into the dropout layers alone"
                            .formatted(layer.name()));
        }
        return mode == Mode.TRAINING;
    }

    private ObjectNode tensor(Symbol s) {
        ObjectNode config = JSON.objectNode();
        config.set("shape", ObjectWriter.shape(s.shape()));
        config.put("dtype", s.dtype().name().toLowerCase(java.util.Locale.ROOT));
        config.set("keras_history", history(s, 0));
        ObjectNode node = JSON.objectNode();
        node.put("class_name", "__keras_tensor__");
        node.set("config", config);
        return node;
    }

    /** [layer, call, output], the calls numbered from {@code first}. */
    private ArrayNode history(Symbol s, int first) {
        Layer layer = s.node().layer();
        int call = layer instanceof InputLayer ? 0 : first + calls.get(layer).indexOf(s.node());
        return JSON.arrayNode().add(layer.name()).add(call).add(s.index());
    }

    private JsonNode ends(Structure structure, List<Symbol> symbols) {
        List<JsonNode> all = new ArrayList<>();
        for (Symbol s : symbols) {
            Layer l = s.node().layer();
            // Keras counts a nested Functional's own call first here, and only here
            boolean nested = l instanceof Network && !(l instanceof Sequential);
            all.add(history(s, nested ? 1 : 0));
        }
        return structured(structure, all);
    }

    private static JsonNode structured(Structure structure, List<? extends JsonNode> all) {
        switch (structure.form()) {
            case SINGLE -> {
                return all.get(0);
            }
            case LIST -> {
                ArrayNode row = JSON.arrayNode();
                parts(structure, all).forEach(row::add);
                return row;
            }
            default -> {
                ObjectNode named = JSON.objectNode();
                List<JsonNode> parts = parts(structure, all);
                for (int i = 0; i < parts.size(); i++) {
                    named.set(structure.keys().get(i), parts.get(i));
                }
                return named;
            }
        }
    }

    private static List<JsonNode> parts(Structure structure, List<? extends JsonNode> all) {
        List<JsonNode> parts = new ArrayList<>();
        int from = 0;
        for (Structure part : structure.parts()) {
            int to = from + part.tensors();
            parts.add(structured(part, all.subList(from, to)));
            from = to;
        }
        return parts;
    }
}
