package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.config.ConfigException;
import dev.thaw.config.Registry;
import dev.thaw.layer.Layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds all layers that cannot be read before any is, so that the user hears of them at once. */
final class UnknownLayers {
    private static final int SHOWN = 20;

    private final Registry registry;
    private final List<String> found = new ArrayList<>();

    private UnknownLayers(Registry registry) {
        this.registry = registry;
    }

    /** Refuses a model's configuration that has layers which nothing can read. */
    static void refuse(JsonNode model, Registry registry) {
        UnknownLayers u = new UnknownLayers(registry);
        u.walk(model, "");
        if (!u.found.isEmpty()) {
            int more = u.found.size() - SHOWN;
            throw new ConfigException(
                    "",
                    "Thaw cannot read "
                            + u.found.size()
                            + (u.found.size() == 1 ? " layer: " : " layers: ")
                            + String.join(", ", u.found.subList(0, Math.min(SHOWN, u.found.size())))
                            + (more > 0 ? " and " + more + " more" : ""),
                    "build the model in Keras from layers that Thaw has");
        }
    }

    private void walk(JsonNode object, String path) {
        JsonNode config = object.path("config");
        String className = object.path("class_name").asText();
        if (ModelReader.isModel(className)) {
            JsonNode layers = config.isArray() ? config : config.path("layers");
            Set<String> needed = config.has("output_layers") ? Reachable.layers(config) : null;
            for (JsonNode l : layers) {
                boolean masksOnly =
                        needed != null && OperatorJson.isOperator(l) && !needed.contains(nameOf(l));
                if (!masksOnly) {
                    walk(l, path + nameOf(l) + "/");
                }
            }
        } else {
            String why = reason(object, className);
            if (why != null) {
                found.add(path.replaceAll("/$", "") + " (" + why + ")");
            } else if (config.path("layer").isObject()) {
                walk(config.path("layer"), path + nameOf(config.path("layer")) + "/");
            }
        }
    }

    private static String nameOf(JsonNode layer) {
        return layer.path("config").path("name").asText(layer.path("name").asText("?"));
    }

    /** Why a layer cannot be read; null where it can. */
    private String reason(JsonNode object, String className) {
        if (OperatorJson.isOperator(object)) {
            return OperatorJson.isKnown(object) ? null : "operator " + className;
        }
        if (className.equals("InputLayer")
                || registry.find(Layer.class, Spellings.className(className)).isPresent()) {
            return null;
        }
        if (OldFunctions.isOne(className)) {
            return OldFunctions.name(object);
        }
        if (className.equals("Lambda")) {
            return "Lambda: Python code, which is never run here; do the same in Java: KerasFiles.withLayer(\"Lambda\", config -> ..)";
        }
        // .keras has the package of your own class beside its name, .h5 before it
        String custom = object.path("registered_name").asText("") + className;
        return className
                + (custom.contains(">") ? ", your own: name it to KerasFiles.withLayer" : "");
    }
}
