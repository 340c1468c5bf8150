package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns the functions that TensorFlow's Keras 2 kept among the layers, such as {@code x / 127.5} or
 * a {@code preprocess_input} in front of a model, into the operators of Keras 3. What has no
 * counterpart stays as it is, and is refused by its name.
 */
final class OldFunctions {
    /** Since TensorFlow 2.4: a function of TensorFlow's by its public name. */
    private static final Set<String> LAMBDAS = Set.of("TFOpLambda", "SlicingOpLambda");

    /** Until TensorFlow 2.3: a node of its graph. */
    private static final String NODE = "TensorFlowOpLayer";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private OldFunctions() {}

    static boolean isOne(String className) {
        return LAMBDAS.contains(className) || className.equals(NODE);
    }

    /** What the user called it by. */
    static String name(JsonNode layer) {
        JsonNode config = layer.path("config");
        return layer.path("class_name").asText().equals(NODE)
                ? "the TensorFlow operation " + NodeDef.of(config.path("node_def")).op()
                : "the function tf." + config.path("function").asText();
    }

    /** Rewrites all functions of a model and of the models inside. */
    static void renew(JsonNode object) {
        for (JsonNode layer : object.path("config").path("layers")) {
            if (layer instanceof ObjectNode o && isOne(layer.path("class_name").asText())) {
                renew(o, layer.path("inbound_nodes"));
            }
            renew(layer);
        }
        JsonNode inner = object.path("config").path("layer");
        if (inner.isObject()) {
            renew(inner);
        }
    }

    private static void renew(ObjectNode layer, JsonNode nodes) {
        ArrayNode calls = JSON.arrayNode();
        NewOperator made = null;
        for (JsonNode node : nodes) {
            NewOperator call =
                    layer.path("class_name").asText().equals(NODE)
                            ? OldNodes.operator(layer.path("config"), tensors(node))
                            : OldLambdas.operator(layer.path("config"), first(node), options(node));
            if (call == null || made != null && !made.sameAs(call)) {
                return;
            }
            made = call;
            ObjectNode entry = calls.addObject();
            entry.set("args", call.args());
            entry.putObject("kwargs");
        }
        if (made == null) {
            return;
        }
        String name = layer.path("name").asText(layer.path("config").path("name").asText());
        ObjectNode config = JSON.objectNode();
        config.put("name", ModelReader.plain(name));
        config.setAll(made.config());
        layer.put("module", made.module());
        layer.put("class_name", made.className());
        layer.put("name", name);
        layer.set("config", config);
        layer.set("inbound_nodes", calls);
    }

    /** The first argument of a call: a tensor, a constant, or a list of such. */
    private static JsonNode first(JsonNode node) {
        if (isTensor(node)) {
            return argument(node);
        }
        ArrayNode all = JSON.arrayNode();
        node.forEach(n -> all.add(argument(n)));
        return all;
    }

    /** All other arguments, by name. */
    private static Map<String, JsonNode> options(JsonNode node) {
        JsonNode options = isTensor(node) ? node.path(3) : node.path(0).path(3);
        Map<String, JsonNode> all = new TreeMap<>();
        options.properties()
                .forEach(
                        e -> {
                            JsonNode value = e.getValue();
                            // false is the default of all that there are
                            boolean said =
                                    !value.isNull() && !value.equals(JSON.booleanNode(false));
                            if (said && !e.getKey().equals("name")) {
                                all.put(e.getKey(), argument(value));
                            }
                        });
        return all;
    }

    private static ArrayNode tensors(JsonNode node) {
        ArrayNode all = JSON.arrayNode();
        if (isTensor(node)) {
            return all.add(argument(node));
        }
        node.forEach(n -> all.add(argument(n)));
        return all;
    }

    private static boolean isTensor(JsonNode n) {
        return n.isArray() && n.size() >= 3 && n.get(0).isTextual() && n.get(1).isInt();
    }

    /** A tensor as Keras 3 writes it; anything else as it is. */
    private static JsonNode argument(JsonNode n) {
        if (!isTensor(n)) {
            return n;
        }
        if (n.get(0).asText().equals("_CONSTANT_VALUE")) {
            return n.get(2);
        }
        ObjectNode tensor = JSON.objectNode();
        tensor.put("class_name", "__keras_tensor__");
        tensor.putObject("config")
                .putArray("keras_history")
                .add(n.get(0))
                .add(n.get(1))
                .add(n.get(2));
        return tensor;
    }
}
