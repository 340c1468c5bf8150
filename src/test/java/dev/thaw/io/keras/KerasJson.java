package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;

import dev.thaw.layer.Layer;
import dev.thaw.model.Model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Layers from their serialized form and back, for tests outside of this package. */
public final class KerasJson {
    /** What fixtures leave out. */
    private static final Set<String> ALIKE =
            Set.of("dtype", "build_config", "registered_name", "shared_object_id");

    /** What the writer leaves out for the sake of older Keras 3. */
    private static final Set<String> LATER =
            Set.of("input_axes", "output_axes", "optional", "ragged");

    private KerasJson() {}

    /** The layer, or the model, that Keras serialized so. */
    public static Layer read(String json) {
        JsonNode node = ConfigJson.parse(json, "fixture");
        Spellings.renew("fixture", node);
        return new ObjectReader(KerasObjects.STANDARD).layer("fixture", node);
    }

    /** The model that {@code model.to_json()} says. */
    public static Model model(String json) {
        return ModelReader.root("model", ConfigJson.parse(json, "model"), KerasObjects.STANDARD);
    }

    /** A configuration as maps, lists, texts, numbers and booleans. */
    public static Map<String, Object> plain(JsonNode object) {
        return ConfigJson.plain(object);
    }

    /** Where what Thaw writes for a layer differs from what Keras wrote; empty where nowhere. */
    public static String difference(String keras, Layer layer) {
        return difference("", ConfigJson.parse(keras, "fixture"), ObjectWriter.layer(layer));
    }

    private static String difference(String at, JsonNode keras, JsonNode thaw) {
        if (keras.isObject() && thaw.isObject()) {
            Set<String> keys = new TreeSet<>();
            boolean tensor = keras.path("class_name").asText().startsWith("__");
            for (JsonNode n : List.of(keras, thaw)) {
                for (Map.Entry<String, JsonNode> e : n.properties()) {
                    if (tensor || !ALIKE.contains(e.getKey())) {
                        keys.add(e.getKey());
                    }
                }
            }
            StringBuilder all = new StringBuilder();
            keys.forEach(k -> all.append(difference(at + "." + k, keras.path(k), thaw.path(k))));
            return all.toString();
        }
        if (keras.isArray() && thaw.isArray() && keras.size() == thaw.size()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < keras.size(); i++) {
                all.append(difference(at + "[" + i + "]", keras.get(i), thaw.get(i)));
            }
            return all.toString();
        }
        boolean left = LATER.contains(at.substring(at.lastIndexOf('.') + 1));
        if (left && thaw.isMissingNode() && (keras.isNull() || keras.equals(BooleanNode.FALSE))) {
            return "";
        }
        boolean equal =
                keras.isNumber() && thaw.isNumber()
                        // releases of Keras 3 differ in what they round to float32
                        ? (float) keras.asDouble() == (float) thaw.asDouble()
                        : keras.equals(thaw);
        return equal ? "" : at + ": Keras has " + shown(keras) + ", Thaw " + shown(thaw) + "\n";
    }

    private static String shown(JsonNode n) {
        return n.isMissingNode() ? "nothing" : n.toString();
    }
}
