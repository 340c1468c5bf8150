package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of TensorFlow's graph: an operation with its attributes. TensorFlow 2.3 wrote it as JSON,
 * earlier releases as the bytes of a protocol buffer, as text.
 *
 * @param op the operation: {@code RealDiv}
 * @param numbers attributes that are whole numbers, numbers or booleans
 * @param lists attributes that are lists of whole numbers
 * @param texts attributes that are texts or types
 */
record NodeDef(
        String op,
        Map<String, Double> numbers,
        Map<String, List<Integer>> lists,
        Map<String, String> texts) {
    private static final int FLOAT = 1;

    private NodeDef(String op) {
        this(op, new HashMap<>(), new HashMap<>(), new HashMap<>());
    }

    /** The node; an operation without a name where it is none. */
    static NodeDef of(JsonNode node) {
        if (node.isTextual()) {
            return ofBytes(node.asText().getBytes(StandardCharsets.UTF_8));
        }
        NodeDef made = new NodeDef(node.path("op").asText("?"));
        node.path("attr").properties().forEach(e -> made.attribute(e.getKey(), e.getValue()));
        return made;
    }

    private void attribute(String name, JsonNode value) {
        for (String kind : List.of("i", "f", "b")) {
            if (value.has(kind)) {
                numbers.put(name, value.get(kind).asBoolean() ? 1 : value.get(kind).asDouble());
            }
        }
        if (value.has("type")) {
            texts.put(name, value.get("type").asText());
        } else if (value.has("s")) {
            // JSON has texts in base 64
            byte[] text = Base64.getMimeDecoder().decode(value.get("s").asText());
            texts.put(name, new String(text, StandardCharsets.UTF_8));
        }
        if (value.path("list").has("i")) {
            List<Integer> all = new ArrayList<>();
            value.path("list").get("i").forEach(i -> all.add(i.asInt()));
            lists.put(name, all);
        }
    }

    /** An attribute that is a number; 0 where it is absent, as TensorFlow has it. */
    double number(String name) {
        return numbers.getOrDefault(name, 0.0);
    }

    /** An attribute that is a text or a type; empty where it is absent. */
    String text(String name) {
        return texts.getOrDefault(name, "");
    }

    boolean flag(String name) {
        return number(name) != 0;
    }

    private static NodeDef ofBytes(byte[] bytes) {
        Map<Integer, List<Object>> fields = fields(ByteBuffer.wrap(bytes));
        NodeDef made = new NodeDef(text(fields, 2));
        for (Object attr : fields.getOrDefault(5, List.of())) {
            Map<Integer, List<Object>> entry = message(attr);
            made.attribute(text(entry, 1), message(entry.getOrDefault(2, List.of("")).get(0)));
        }
        return made;
    }

    /** Texts stand under 2, whole numbers 3, numbers 4, booleans 5, types 6, lists 1. */
    private void attribute(String name, Map<Integer, List<Object>> value) {
        value.forEach(
                (field, all) -> {
                    if (all.get(0) instanceof Long l && (field == 3 || field == 5)) {
                        numbers.put(name, (double) l);
                    } else if (all.get(0) instanceof Float f && field == 4) {
                        numbers.put(name, (double) f);
                    } else if (all.get(0) instanceof Long l && field == 6) {
                        texts.put(name, l == FLOAT ? "DT_FLOAT" : "DT_" + l);
                    } else if (all.get(0) instanceof ByteBuffer && field == 2) {
                        texts.put(name, text(value, field));
                    } else if (all.get(0) instanceof ByteBuffer list && field == 1) {
                        lists.put(name, packed(fields(list).getOrDefault(3, List.of())));
                    }
                });
    }

    private static Map<Integer, List<Object>> message(Object value) {
        return value instanceof ByteBuffer b ? fields(b) : Map.of();
    }

    private static List<Integer> packed(List<Object> values) {
        List<Integer> all = new ArrayList<>();
        for (Object v : values) {
            if (v instanceof ByteBuffer b) {
                while (b.hasRemaining()) {
                    all.add((int) varint(b));
                }
            }
        }
        return all;
    }

    private static String text(Map<Integer, List<Object>> fields, int number) {
        List<Object> found = fields.getOrDefault(number, List.of());
        return found.isEmpty() || !(found.get(0) instanceof ByteBuffer b)
                ? "?"
                : StandardCharsets.UTF_8.decode(b.duplicate()).toString();
    }

    /** The fields of a message by number: whole numbers, FLOAT32 numbers, or bytes. */
    private static Map<Integer, List<Object>> fields(ByteBuffer message) {
        Map<Integer, List<Object>> all = new HashMap<>();
        ByteBuffer b = message.duplicate().order(java.nio.ByteOrder.LITTLE_ENDIAN);
        while (b.hasRemaining()) {
            long tag = varint(b);
            Object value =
                    switch ((int) tag & 7) {
                        case 0 -> varint(b);
                        case 2 -> bytes(b, varint(b));
                        case 5 -> b.remaining() < 4 ? refuse() : (Object) b.getFloat();
                        default -> refuse();
                    };
            all.computeIfAbsent((int) (tag >>> 3), k -> new ArrayList<>()).add(value);
        }
        return all;
    }

    private static ByteBuffer bytes(ByteBuffer b, long length) {
        if (length < 0 || length > b.remaining()) {
            refuse();
        }
        ByteBuffer part = b.slice(b.position(), (int) length);
        b.position(b.position() + (int) length);
        return part;
    }

    private static long varint(ByteBuffer b) {
        long value = 0;
        for (int shift = 0; b.hasRemaining() && shift < 64; shift += 7) {
            byte next = b.get();
            value |= (long) (next & 127) << shift;
            if (next >= 0) {
                return value;
            }
        }
        refuse();
        return 0;
    }

    private static Object refuse() {
        throw new ConfigException("node_def", "must be a node of TensorFlow's graph", "");
    }
}
