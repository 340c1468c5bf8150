package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The layers of a Functional model that its outputs depend on. Keras also writes down the operators
 * with which it had found the masks of Masking and Embedding, and hands them over as the keyword
 * {@code mask}; here those masks travel by themselves, so that these operators have nothing to do.
 * A mask that somebody gave by hand is needed as any other tensor is.
 */
final class Reachable {
    private final Map<String, JsonNode> layers = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final Set<String> masks = new LinkedHashSet<>();
    private final Set<JsonNode> maskable = new HashSet<>();

    private Reachable(JsonNode config) {
        for (JsonNode l : config.path("layers")) {
            layers.put(l.path("name").asText(l.path("config").path("name").asText()), l);
            if (makesMasks(l)) {
                histories(l.path("inbound_nodes"), maskable::add, mask -> {});
            }
        }
        // the inputs stay even where nothing depends on them
        collect(config.path("input_layers"));
        collect(config.path("output_layers"));
        walk();
        for (String mask : new ArrayList<>(masks)) {
            if (!seen.contains(mask) && !isFound(mask)) {
                open.add(mask);
                walk();
            }
        }
    }

    static Set<String> layers(JsonNode config) {
        return new Reachable(config).seen;
    }

    private void walk() {
        while (!open.isEmpty()) {
            String name = open.poll();
            if (layers.containsKey(name) && seen.add(name)) {
                collect(layers.get(name).path("inbound_nodes"));
            }
        }
    }

    private void collect(JsonNode n) {
        histories(n, h -> open.add(h.get(0).asText()), h -> masks.add(h.get(0).asText()));
    }

    private static boolean makesMasks(JsonNode layer) {
        return switch (layer.path("class_name").asText()) {
            case "Masking" -> true;
            case "Embedding" -> layer.path("config").path("mask_zero").asBoolean();
            default -> false;
        };
    }

    /**
     * Whether a mask is the one that Keras found: all comparisons that it comes from are of what
     * goes into a Masking or an Embedding.
     */
    private boolean isFound(String mask) {
        boolean compares = false;
        Set<String> chain = new HashSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(mask));
        while (!next.isEmpty()) {
            String name = next.poll();
            JsonNode l = layers.get(name);
            if (l == null || seen.contains(name)) {
                continue;
            }
            Set<JsonNode> from = new LinkedHashSet<>();
            histories(l.path("inbound_nodes"), from::add, from::add);
            if (l.path("class_name").asText().equals("NotEqual")) {
                compares = true;
                if (!maskable.containsAll(from)) {
                    return false;
                }
            } else {
                from.stream().map(h -> h.get(0).asText()).filter(chain::add).forEach(next::add);
            }
        }
        return compares;
    }

    /** Every [layer, call, output], those of masks apart. */
    private static void histories(
            JsonNode n, Consumer<JsonNode> argument, Consumer<JsonNode> mask) {
        if (n.isArray() && n.size() >= 3 && n.get(0).isTextual() && n.get(1).isInt()) {
            argument.accept(n);
        }
        if (n.isObject()) {
            n.properties()
                    .forEach(
                            e ->
                                    histories(
                                            e.getValue(),
                                            e.getKey().equals("mask") ? mask : argument,
                                            mask));
        } else {
            n.forEach(child -> histories(child, argument, mask));
        }
    }
}
