package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.config.Configured;
import dev.thaw.graph.Network;
import dev.thaw.layer.InputLayer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.operator.Operator;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Optimizer;

import java.lang.reflect.Array;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Turns layers and what stands in their configurations into Keras's JSON. */
final class ObjectWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** What classes of one's own may be of. */
    private static final List<Class<?>> KINDS =
            List.of(
                    Layer.class,
                    Loss.class,
                    Metric.class,
                    Optimizer.class,
                    LearningRateSchedule.class,
                    Initializer.class,
                    Regularizer.class,
                    Constraint.class);

    /** A class's name, perhaps with the package that it is registered in. */
    private static final Pattern NAME = Pattern.compile("([\\w.]+>)?\\w+");

    private final String where;

    /**
     * @param where whose configuration is written, for messages
     */
    ObjectWriter(String where) {
        this.where = where;
    }

    /**
     * {module, class_name, config, registered_name}, and build_config for a layer that has weights.
     */
    static ObjectNode layer(Layer layer) {
        if (layer instanceof Network n) {
            return new ModelWriter(n).write();
        }
        if (layer instanceof Operator o) {
            return OperatorJson.write(o);
        }
        if (layer instanceof InputLayer) {
            return input(layer);
        }
        ObjectNode config = JSON.objectNode();
        Map<String, Object> own = layer.config();
        config.put("name", layer.name());
        if (own.containsKey("trainable")) {
            config.put("trainable", layer.trainable());
        }
        config.set("dtype", float32());
        new ObjectWriter(layer.name()).fill(config, own);
        return named(Layer.class, layer, config);
    }

    private static ObjectNode input(Layer layer) {
        // Keras reads no other keys here in all its releases
        Map<String, Object> own = layer.config();
        ObjectWriter w = new ObjectWriter(layer.name());
        ObjectNode config = JSON.objectNode();
        config.set("batch_shape", w.value(own.get("batch_shape")));
        config.set("dtype", w.value(own.get("dtype")));
        config.put("sparse", false);
        config.put("name", layer.name());
        return object(layer.module(), layer.className(), config);
    }

    static ObjectNode object(String module, String className, ObjectNode config) {
        ObjectNode node = JSON.objectNode();
        node.put("module", module);
        node.put("class_name", className);
        node.set("config", config);
        node.putNull("registered_name");
        return node;
    }

    static ObjectNode float32() {
        ObjectNode name = JSON.objectNode();
        name.put("name", "float32");
        return object("keras", "DTypePolicy", name);
    }

    private void fill(ObjectNode into, Map<String, Object> config) {
        config.forEach(
                (key, value) -> {
                    if (!into.has(key)) {
                        into.set(key, value(value));
                    }
                });
    }

    /** Keras knows its own functions by their names alone, and others as registered ones. */
    private static JsonNode function(ActivationFunction a) {
        if (KerasObjects.STANDARD.find(ActivationFunction.class, a.name()).isPresent()) {
            return JSON.textNode(a.name());
        }
        ObjectNode node = JSON.objectNode();
        node.put("module", "builtins");
        node.put("class_name", "function");
        node.put("config", a.name());
        node.put("registered_name", a.name());
        return node;
    }

    /** A value of a configuration. */
    JsonNode value(Object value) {
        if (value == null) {
            return JSON.nullNode();
        } else if (value instanceof String s) {
            return JSON.textNode(s);
        } else if (value instanceof Boolean b) {
            return JSON.booleanNode(b);
        } else if (value instanceof Number n) {
            return number(n);
        } else if (value instanceof DType || value instanceof Enum<?>) {
            return JSON.textNode(((Enum<?>) value).name().toLowerCase(Locale.ROOT));
        } else if (value instanceof Shape s) {
            return shape(s);
        } else if (value instanceof Tensor t) {
            return nested(t, 0, 0);
        } else if (value instanceof ActivationFunction a) {
            return a.layer().<JsonNode>map(ObjectWriter::layer).orElseGet(() -> function(a));
        } else if (value instanceof Layer l) {
            return layer(l);
        } else if (value instanceof Loss l) {
            return named(l, l.identifier());
        } else if (value instanceof Metric m) {
            return named(m, m.identifier());
        } else if (value instanceof Configured c) {
            return configured(c);
        } else if (value instanceof Map<?, ?> m) {
            ObjectNode node = JSON.objectNode();
            m.forEach((k, v) -> node.set(k.toString(), value(v)));
            return node;
        } else if (value instanceof Iterable<?> all) {
            ArrayNode node = JSON.arrayNode();
            all.forEach(v -> node.add(value(v)));
            return node;
        } else if (value.getClass().isArray()) {
            ArrayNode node = JSON.arrayNode();
            for (int i = 0; i < Array.getLength(value); i++) {
                node.add(value(Array.get(value, i)));
            }
            return node;
        }
        throw new IllegalArgumentException(
                "%s: a file cannot hold %s"
                        .formatted(
                                where,
                                value instanceof Initializer
                                        ? "an initializer of your own; use one of Initializer's"
                                        : value.getClass().getName() + " in a configuration"));
    }

    private static JsonNode number(Number n) {
        if (n instanceof Integer || n instanceof Long) {
            return JSON.numberNode(n.longValue());
        }
        double d = n instanceof Float f ? Double.parseDouble(f.toString()) : n.doubleValue();
        return JSON.numberNode(d);
    }

    static ArrayNode shape(Shape s) {
        ArrayNode node = JSON.arrayNode();
        for (int d : s.toArray()) {
            if (d == Shape.NONE) {
                node.addNull();
            } else {
                node.add(d);
            }
        }
        return node;
    }

    /** The numbers in lists of lists, one level per axis. */
    JsonNode nested(Tensor t, int axis, int from) {
        if (axis == t.shape().rank()) {
            return value(t.floats()[from]);
        }
        ArrayNode all = JSON.arrayNode();
        int inner = (int) t.shape().size(axis + 1, t.shape().rank());
        for (int i = 0; i < t.shape().dim(axis); i++) {
            all.add(nested(t, axis + 1, from + i * inner));
        }
        return all;
    }

    /** What Keras's file has for a loss or a metric: its short name, or an object. */
    private JsonNode named(Configured one, Optional<String> identifier) {
        return identifier.<JsonNode>map(JSON::textNode).orElseGet(() -> configured(one));
    }

    ObjectNode configured(Configured c) {
        ObjectNode config = JSON.objectNode();
        fill(config, c.config());
        return named(kind(c), c, config);
    }

    private static Class<?> kind(Configured c) {
        return KINDS.stream()
                .filter(k -> k.isInstance(c))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(c + ": is of no kind that files hold"));
    }

    /**
     * Of a class of Keras's, or of one's own: Keras knows that by its registered name, and must not
     * look for it among its own modules.
     */
    private static ObjectNode named(Class<?> kind, Configured c, ObjectNode config) {
        String className = c.className();
        if (KerasObjects.STANDARD.find(kind, className).isPresent() && !className.contains(">")) {
            return object(c.module(), className, config);
        }
        if (!NAME.matcher(className).matches()) {
            throw new IllegalArgumentException(
                    """
                    %s: a file cannot hold a %s that is a lambda or has no class with a name, as \
                    nothing could read it back; give it one (and a Registry that knows it for \
                    reading), or save by KerasFiles.saveWithoutCompilation"""
                            .formatted(
                                    c instanceof Layer l ? l.name() : "compile_config",
                                    kind.getSimpleName()));
        }
        String registered = c.registeredName();
        ObjectNode node =
                object(c.module(), className.substring(className.indexOf('>') + 1), config);
        if (c.module().startsWith("keras")) {
            node.putNull("module");
        }
        node.put("registered_name", registered);
        return node;
    }
}
