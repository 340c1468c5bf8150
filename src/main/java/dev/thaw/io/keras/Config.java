package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.layer.ActivationFunction;
import dev.thaw.layer.Constraint;
import dev.thaw.layer.DataFormat;
import dev.thaw.layer.Initializer;
import dev.thaw.layer.Padding;
import dev.thaw.layer.Regularizer;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The {@code config} of one serialized object, read by key with a default for what older files
 * lack. It remembers what was asked for: a key that nobody reads, with a value that is not null,
 * false or empty, is a feature that Thaw lacks, and {@link #finish} refuses it.
 */
final class Config {
    private final String where;
    private final ObjectNode json;
    private final ObjectReader reader;
    private final Set<String> read = new LinkedHashSet<>();

    /**
     * @param where the path of the object, for messages
     * @param reader knows the objects that may stand inside
     */
    Config(String where, ObjectNode json, ObjectReader reader) {
        this.where = where;
        this.json = json;
        this.reader = reader;
    }

    /** Whether the key is there with a value other than null. */
    boolean has(String key) {
        read.add(key);
        return json.hasNonNull(key);
    }

    /** Takes note that a key has no meaning here. */
    Config ignore(String... keys) {
        read.addAll(List.of(keys));
        return this;
    }

    /** Refuses the file unless a key is absent, null, or holds this text. */
    Config require(String key, String only) {
        String got = string(key, only);
        if (!got.equals(only)) {
            throw refuse(key, "'" + only + "' is what Thaw supports", "'" + got + "'");
        }
        return this;
    }

    private JsonNode get(String key) {
        read.add(key);
        JsonNode n = json.get(key);
        return n == null || n.isNull() ? null : n;
    }

    /** A value that must not be null. */
    <T> T need(String key, T value) {
        if (value == null) {
            throw refuse(key, "must be given", "nothing");
        }
        return value;
    }

    /** A whole number that must be there. */
    int integer(String key) {
        return need(key, get(key) == null ? null : integer(key, 0));
    }

    /** A whole number, or a default where it is absent or null. */
    int integer(String key, int otherwise) {
        JsonNode n = get(key);
        if (n == null) {
            return otherwise;
        }
        return integer(key, n);
    }

    private int integer(String key, JsonNode n) {
        if (!n.isNumber() || n.asDouble() != Math.rint(n.asDouble()) || !n.canConvertToInt()) {
            throw refuse(key, "must be a whole number of 32 bits", text(n));
        }
        return n.asInt();
    }

    /** A whole number of 64 bits, or null. */
    Long integer64(String key) {
        JsonNode n = get(key);
        if (n == null) {
            return null;
        }
        if (!n.isIntegralNumber() || !n.canConvertToLong()) {
            throw refuse(key, "must be a whole number of 64 bits or null", text(n));
        }
        return n.asLong();
    }

    /** A number, or a default where it is absent or null. */
    double number(String key, double otherwise) {
        JsonNode n = get(key);
        if (n == null) {
            return otherwise;
        }
        if (!n.isNumber()) {
            throw refuse(key, "must be a number", text(n));
        }
        return n.asDouble();
    }

    /** A number that must be there. */
    double number(String key) {
        return need(key, get(key) == null ? null : number(key, 0));
    }

    /** A number, or null. */
    Double numberOrNull(String key) {
        return has(key) ? (Double) number(key, 0) : null;
    }

    /** True or false, or a default where it is absent or null. */
    boolean bool(String key, boolean otherwise) {
        JsonNode n = get(key);
        if (n == null) {
            return otherwise;
        }
        if (!n.isBoolean()) {
            throw refuse(key, "must be true or false", text(n));
        }
        return n.asBoolean();
    }

    /** A text that must be there. */
    String string(String key) {
        return need(key, string(key, null));
    }

    /** A text, or a default where it is absent or null. */
    String string(String key, String otherwise) {
        JsonNode n = get(key);
        if (n == null) {
            return otherwise;
        }
        if (!n.isTextual()) {
            throw refuse(key, "must be a text", text(n));
        }
        return n.asText();
    }

    /** Whole numbers: a list, or one number as a list of one; null where absent. */
    List<Integer> integers(String key) {
        JsonNode n = get(key);
        if (n == null) {
            return null;
        }
        List<Integer> all = new ArrayList<>();
        if (n.isArray()) {
            n.forEach(e -> all.add(integer(key, e)));
        } else {
            all.add(integer(key, n));
        }
        return all;
    }

    /** Whole numbers, one per axis; one number stands for all axes. */
    List<Integer> integers(String key, int axes, int otherwise) {
        List<Integer> given = integers(key);
        List<Integer> all = given == null ? List.of(otherwise) : given;
        if (all.size() == 1) {
            return java.util.Collections.nCopies(axes, all.get(0));
        }
        if (all.size() != axes) {
            throw refuse(key, "must be one number or " + axes, all.toString());
        }
        return all;
    }

    /** Numbers: a list, or one number as a list of one; null where absent. */
    List<Double> numbers(String key) {
        JsonNode n = get(key);
        if (n == null) {
            return null;
        }
        List<Double> all = new ArrayList<>();
        List<JsonNode> nodes = new ArrayList<>();
        if (n.isArray()) {
            n.forEach(nodes::add);
        } else {
            nodes.add(n);
        }
        for (JsonNode e : nodes) {
            if (!e.isNumber()) {
                throw refuse(key, "must be numbers", text(n));
            }
            all.add(e.asDouble());
        }
        return all;
    }

    /** A map inside this object; empty where absent or null. */
    Config object(String key) {
        JsonNode n = get(key);
        if (n != null && !n.isObject()) {
            throw refuse(key, "must be a map", text(n));
        }
        return new Config(
                where(key),
                n == null ? JsonNodeFactory.instance.objectNode() : (ObjectNode) n,
                reader);
    }

    /** The JSON itself, for what has a form of its own; null where absent. */
    JsonNode json(String key) {
        return get(key);
    }

    /** Extents with null for what is not known; null where absent. */
    Shape shape(String key) {
        JsonNode n = get(key);
        return n == null ? null : shapeOf(key, n);
    }

    private Shape shapeOf(String key, JsonNode n) {
        if (!n.isArray() || n.size() > ObjectReader.MAX_RANK) {
            throw refuse(
                    key,
                    "must be a list of at most " + ObjectReader.MAX_RANK + " extents",
                    text(n));
        }
        int[] dims = new int[n.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = n.get(i).isNull() ? Shape.NONE : integer(key, n.get(i));
            if (dims[i] < 0 && dims[i] != Shape.NONE || dims[i] == -1 && !n.get(i).isNull()) {
                throw refuse(key, "extents must be at least 0 or null", text(n));
            }
        }
        return Shape.of(dims);
    }

    /** One of an enum's constants by its lower-case name. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        String name = string(key, null);
        if (name == null) {
            return otherwise;
        }
        for (E e : type.getEnumConstants()) {
            if (e.name().equals(name.toUpperCase(Locale.ROOT))) {
                return e;
            }
        }
        throw refuse(key, "must be one of " + List.of(type.getEnumConstants()), "'" + name + "'");
    }

    /** Where the channels lie; last where that is absent. */
    DataFormat dataFormat() {
        return choice("data_format", DataFormat.class, DataFormat.CHANNELS_LAST);
    }

    /** {@code "valid"}, {@code "same"} or {@code "causal"}. */
    Padding padding(String key) {
        return choice(key, Padding.class, Padding.VALID);
    }

    /** An activation by name; linear where absent. */
    ActivationFunction activation(String key) {
        JsonNode n = get(key);
        return n == null ? ActivationFunction.LINEAR : reader.activation(where(key), n);
    }

    /** An initializer, or a default where it is absent or null. */
    Initializer initializer(String key, Initializer otherwise) {
        JsonNode n = get(key);
        return n == null ? otherwise : reader.initializer(where(key), n);
    }

    /** A regularizer; none where absent or null. */
    Regularizer regularizer(String key) {
        JsonNode n = get(key);
        return n == null ? Regularizer.NONE : reader.regularizer(where(key), n);
    }

    /** A constraint; null where absent or null. */
    Constraint constraint(String key) {
        JsonNode n = get(key);
        return n == null ? null : reader.constraint(where(key), n);
    }

    /** A layer that stands inside this object. */
    dev.thaw.layer.Layer layer(String key) {
        return reader.layer(where(key), need(key, get(key)));
    }

    /** Refuses a channels_first file: everything here is channels last. */
    Config channelsLast() {
        return require("data_format", "channels_last");
    }

    /** Everything, as plain Java: numbers, texts, booleans, lists, maps. */
    Map<String, Object> all() {
        json.fieldNames().forEachRemaining(read::add);
        return ConfigJson.plain(json);
    }

    /** Refuses a key's value. */
    ConfigException refuse(String key, String rule, String got) {
        return new ConfigException(where(key) + ": " + rule + ", got " + got);
    }

    /** Refuses what nobody has read and is not merely an absent option. */
    void finish() {
        for (Iterator<Map.Entry<String, JsonNode>> i = json.properties().iterator();
                i.hasNext(); ) {
            Map.Entry<String, JsonNode> e = i.next();
            if (!read.contains(e.getKey()) && !isAbsent(e.getValue())) {
                throw new ConfigException(
                        where(e.getKey())
                                + ": Thaw does not support this option, got "
                                + text(e.getValue())
                                + "; save the model from Keras without it");
            }
        }
    }

    private static boolean isAbsent(JsonNode n) {
        return n.isNull() || n.isBoolean() && !n.asBoolean() || n.isContainerNode() && n.isEmpty();
    }

    /** The path of a key, for messages. */
    String where(String key) {
        return where + "." + key;
    }

    /** A value for messages, shortened. */
    static String text(JsonNode n) {
        String s = n.toString();
        return s.length() <= 80 ? s : s.substring(0, 77) + "...";
    }
}
