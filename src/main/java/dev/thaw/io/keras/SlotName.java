package dev.thaw.io.keras;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the name of an optimizer's value says. Keras 2 wrote {@code Adam/dense/kernel/m:0}, Keras
 * 2.3 on several backends {@code training/Adam/m_0:0}, TensorFlow's Keras 2.11 to 2.15 {@code
 * Adam/m/dense/kernel:0}, Keras 3 {@code adam/dense_kernel_momentum}.
 *
 * @param name as it stands in the file
 * @param slot Keras 3's name of the slot, or of a value that belongs to no weight
 * @param weight the path of the weight; empty where the name does not say it
 */
record SlotName(String name, String slot, String weight) {
    /** Keras 3's slots by the words of older releases; of several, the first that there is. */
    private static final Map<String, List<String>> WORDS =
            Map.ofEntries(
                    Map.entry("m", List.of("momentum")),
                    Map.entry("moment", List.of("momentum")),
                    Map.entry("momentum", List.of("momentum")),
                    Map.entry("v", List.of("velocity", "norm")),
                    Map.entry("velocity", List.of("velocity")),
                    Map.entry("u", List.of("norm")),
                    Map.entry("vhat", List.of("velocity_hat")),
                    Map.entry("rms", List.of("velocity")),
                    Map.entry("mg", List.of("average_gradient")),
                    Map.entry("accum_grad", List.of("accumulated_grad")),
                    Map.entry("accum_var", List.of("accumulated_delta_var")),
                    Map.entry("delta_accumulator", List.of("accumulated_delta_var")),
                    Map.entry(
                            "accumulator", List.of("accumulator", "velocity", "accumulated_grad")));

    private static final Map<String, String> ALONE =
            Map.ofEntries(
                    Map.entry("iter", "iteration"),
                    Map.entry("iterations", "iteration"),
                    Map.entry("iteration", "iteration"),
                    Map.entry("learning_rate", "learning_rate"),
                    Map.entry("current_learning_rate", "learning_rate"),
                    Map.entry("momentum_cache", "u_product"),
                    Map.entry("_u_product", "u_product"),
                    Map.entry("u_product", "u_product"));

    /**
     * What a name says; null where it says nothing.
     *
     * @param slots those that the optimizer has for each weight
     */
    static SlotName of(String name, Set<String> slots) {
        String plain = name.replaceAll(":\\d+$", "").replaceFirst("^training(_\\d+)?/", "");
        List<String> parts = List.of(plain.split("/"));
        int end = parts.size() - 1;
        String last = parts.get(end);
        if (ALONE.containsKey(last)) {
            return new SlotName(name, ALONE.get(last), "");
        }
        String late = end == 0 ? null : slot(last, slots);
        if (late != null) {
            return new SlotName(name, late, path(parts, 1, end));
        }
        for (int i = 0; i < Math.min(2, end); i++) {
            String early = slot(parts.get(i), slots);
            if (early != null) {
                return new SlotName(name, early, path(parts, i + 1, parts.size()));
            }
        }
        String numbered = slot(last.replaceAll("_\\d+$", ""), slots);
        if (numbered != null) {
            return new SlotName(name, numbered, "");
        }
        // the longest: gradient_accumulator ends like accumulator
        return slots.stream()
                .filter(s -> last.endsWith("_" + s))
                .max(Comparator.comparingInt(String::length))
                .map(s -> new SlotName(name, s, ""))
                .orElse(null);
    }

    /** Keras 3's name of a slot; one that the optimizer does not use keeps the older word. */
    private static String slot(String word, Set<String> slots) {
        if (slots.contains(word)) {
            return word;
        }
        List<String> meant = WORDS.get(word);
        return meant == null
                ? null
                : meant.stream().filter(slots::contains).findFirst().orElse(word);
    }

    private static String path(List<String> parts, int from, int to) {
        return String.join("/", parts.subList(from, to));
    }
}
