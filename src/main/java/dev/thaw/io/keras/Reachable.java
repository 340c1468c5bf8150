package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The layers of a Functional model that its outputs depend on through the arguments of calls. Keras
 * also writes down the operators with which it had made masks, and hands them over as the keyword
 * {@code mask}; here masks travel by themselves, so those operators have nothing to do.
 */
final class Reachable {
    private Reachable() {}

    static Set<String> layers(JsonNode config) {
        Map<String, JsonNode> calls = new HashMap<>();
        for (JsonNode l : config.path("layers")) {
            calls.put(
                    l.path("name").asText(l.path("config").path("name").asText()),
                    l.path("inbound_nodes"));
        }
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        // the inputs stay even where nothing depends on them
        histories(config.path("input_layers"), open);
        histories(config.path("output_layers"), open);
        while (!open.isEmpty()) {
            String name = open.poll();
            if (calls.containsKey(name) && seen.add(name)) {
                histories(calls.get(name), open);
            }
        }
        return seen;
    }

    /** Every name that stands first in a [layer, call, output], but for those of masks. */
    private static void histories(JsonNode n, Deque<String> into) {
        if (n.isArray() && n.size() >= 3 && n.get(0).isTextual() && n.get(1).isInt()) {
            into.add(n.get(0).asText());
        }
        if (n.isObject()) {
            n.properties()
                    .forEach(
                            e -> {
                                if (!e.getKey().equals("mask")) {
                                    histories(e.getValue(), into);
                                }
                            });
        } else {
            n.forEach(child -> histories(child, into));
        }
    }
}
