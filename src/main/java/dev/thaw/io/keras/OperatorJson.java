package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.config.ConfigException;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.operator.Operator;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Calls of functions such as {@code x * 2}, which Keras writes among the layers: the function's
 * class and configuration there, the constants among the arguments of the call.
 */
final class OperatorJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String CLASS = "class_name";
    private static final String CONFIG = "config";

    /** No tensor of Keras has more axes. */
    private static final int MAX_RANK = 8;

    private final String where;
    private int places;

    private OperatorJson(String where) {
        this.where = where;
    }

    static boolean isOperator(JsonNode node) {
        String module = node.path("module").asText();
        return module.startsWith("keras.src.ops") || module.startsWith("keras.src.activations");
    }

    static boolean isKnown(JsonNode node) {
        return Operator.exists(node.path("module").asText(), node.path(CLASS).asText());
    }

    /** The layer of an entry of a Functional model's list. */
    static Operator read(String where, JsonNode node) {
        JsonNode nodes = node.path("inbound_nodes");
        if (!nodes.isArray() || nodes.isEmpty() || !nodes.get(0).isObject()) {
            throw new ConfigException(
                    where + ".inbound_nodes",
                    "must hold the operator's call, got " + ConfigJson.text(nodes),
                    "");
        }
        Operator.Call call = new OperatorJson(where).call(node, nodes.get(0));
        for (int i = 1; i < nodes.size(); i++) {
            Operator.Call other = new OperatorJson(where).call(node, nodes.get(i));
            if (!other.equals(call)) {
                throw new ConfigException(
                        where + ".inbound_nodes[" + i + "]",
                        "calls of one operator must have the same constants, got %s after %s"
                                .formatted(other.args(), call.args()),
                        "");
            }
        }
        return ConfigException.within(
                where,
                () -> {
                    Operator o = new Operator(call);
                    String name = node.path(CONFIG).path("name").asText(node.path("name").asText());
                    o.named(name);
                    return o;
                });
    }

    private Operator.Call call(JsonNode node, JsonNode call) {
        Map<String, Object> config = new LinkedHashMap<>();
        node.path(CONFIG)
                .properties()
                .forEach(
                        e -> {
                            if (!e.getKey().equals("name")) {
                                config.put(e.getKey(), value(e.getValue()));
                            }
                        });
        List<Object> args = new ArrayList<>();
        call.path("args").forEach(a -> args.add(value(a)));
        Map<String, Object> kwargs = new LinkedHashMap<>();
        call.path("kwargs").properties().forEach(e -> kwargs.put(e.getKey(), value(e.getValue())));
        return new Operator.Call(
                node.path("module").asText(), node.path(CLASS).asText(), config, args, kwargs);
    }

    private Object value(JsonNode n) {
        if (n.isNull()) {
            return null;
        } else if (n.isBoolean()) {
            return n.asBoolean();
        } else if (n.isTextual()) {
            return n.asText();
        } else if (n.isIntegralNumber() && n.canConvertToInt()) {
            return n.asInt();
        } else if (n.isNumber()) {
            return n.asDouble();
        } else if (n.isArray()) {
            List<Object> list = new ArrayList<>();
            n.forEach(e -> list.add(value(e)));
            return list;
        }
        return marked(n);
    }

    /** Objects that Keras marks by a class name with underscores. */
    private Object marked(JsonNode n) {
        JsonNode config = n.path(CONFIG);
        return switch (n.path(CLASS).asText()) {
            case "__keras_tensor__" -> new Operator.Placeholder(places++);
            case "__ellipsis__" -> Operator.Subscript.ELLIPSIS;
            case "__slice__" ->
                    new Operator.Range(
                            bound(config.path("start")),
                            bound(config.path("stop")),
                            bound(config.path("step")));
            case "__numpy__", "__tensor__" ->
                    new Operator.Literal(
                            n.get(CLASS).asText(),
                            config.path("dtype").asText("float32"),
                            tensor(config.path("value")));
            default ->
                    throw new ConfigException(
                            where,
                            "an operator's argument must be a tensor, a number, a slice or a list of such, got %s"
                                    .formatted(ConfigJson.text(n)),
                            "");
        };
    }

    private Integer bound(JsonNode n) {
        if (n.isNull() || n.isMissingNode()) {
            return null;
        }
        if (!n.isIntegralNumber() || !n.canConvertToInt()) {
            throw new ConfigException(
                    where, "a slice's bounds must be whole numbers, got " + ConfigJson.text(n), "");
        }
        return n.asInt();
    }

    /** Nested lists of numbers; a list's members have one shape. */
    private Tensor tensor(JsonNode n) {
        List<Integer> dims = new ArrayList<>();
        for (JsonNode at = n; at.isArray(); at = at.path(0)) {
            dims.add(at.size());
            if (dims.size() > MAX_RANK) {
                throw new ConfigException(where, "an array has too many axes", "");
            }
        }
        List<Float> numbers = new ArrayList<>();
        collect(n, dims, 0, numbers);
        float[] all = new float[numbers.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = numbers.get(i);
        }
        return Tensor.of(all, Shape.of(dims));
    }

    private void collect(JsonNode n, List<Integer> dims, int axis, List<Float> into) {
        if (axis == dims.size() && n.isNumber()) {
            into.add((float) n.asDouble());
        } else if (axis < dims.size() && n.isArray() && n.size() == dims.get(axis)) {
            n.forEach(e -> collect(e, dims, axis + 1, into));
        } else {
            throw new ConfigException(
                    where,
                    "an array must be nested lists of numbers, got " + ConfigJson.text(n),
                    "");
        }
    }

    /** The entry of an operator in a Functional model's list, without its call. */
    static ObjectNode write(Operator o) {
        ObjectNode config = JSON.objectNode();
        config.put("name", o.name());
        o.call().config().forEach((k, v) -> config.set(k, written(v, null)));
        ObjectNode node = ObjectWriter.object(o.call().module(), o.className(), config);
        node.put("registered_name", o.className());
        return node;
    }

    /** An operator's call on these symbols. */
    static ObjectNode writeCall(
            Operator o, List<Symbol> inputs, Function<Symbol, JsonNode> tensor) {
        ObjectNode node = JSON.objectNode();
        ArrayNode args = node.putArray("args");
        Function<Operator.Placeholder, JsonNode> place = p -> tensor.apply(inputs.get(p.input()));
        o.call().args().forEach(a -> args.add(written(a, place)));
        ObjectNode kwargs = node.putObject("kwargs");
        o.call().kwargs().forEach((k, v) -> kwargs.set(k, written(v, place)));
        return node;
    }

    private static JsonNode written(Object value, Function<Operator.Placeholder, JsonNode> place) {
        if (value instanceof Operator.Placeholder p) {
            return place.apply(p);
        } else if (value instanceof List<?> list) {
            ArrayNode all = JSON.arrayNode();
            list.forEach(v -> all.add(written(v, place)));
            return all;
        } else if (value instanceof Operator.Range r) {
            ObjectNode config = JSON.objectNode();
            config.put("start", r.start()).put("stop", r.stop()).put("step", r.step());
            return marked("__slice__", config);
        } else if (value == Operator.Subscript.ELLIPSIS) {
            return marked("__ellipsis__", JSON.objectNode());
        } else if (value instanceof Operator.Literal l) {
            ObjectNode config = JSON.objectNode();
            config.set("value", new ObjectWriter("operator").nested(l.value(), 0, 0));
            config.put("dtype", l.dtype());
            return marked(l.kind(), config);
        }
        return new ObjectWriter("operator").value(value);
    }

    private static ObjectNode marked(String className, ObjectNode config) {
        ObjectNode node = JSON.objectNode();
        node.put(CLASS, className);
        node.set(CONFIG, config);
        return node;
    }
}
