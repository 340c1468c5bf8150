package dev.thaw.layer;

import java.util.HashMap;
import java.util.Map;

/** Keras's automatic names: the class name in snake case, and a number from the second one on. */
public final class LayerNames {
    private static final Map<String, Integer> USED = new HashMap<>();

    private LayerNames() {}

    static synchronized String next(String className) {
        String base = snakeCase(className);
        int n = USED.merge(base, 1, Integer::sum);
        return n == 1 ? base : base + "_" + (n - 1);
    }

    /** Takes back the name that was handed out last, for a layer that got a name of its own. */
    static synchronized void giveBack(String className, String name) {
        String base = snakeCase(className);
        int n = USED.getOrDefault(base, 0);
        if (name.equals(n == 1 ? base : base + "_" + (n - 1))) {
            USED.put(base, n - 1);
        }
    }

    /** Starts counting anew: {@code keras.backend.clear_session}. */
    public static synchronized void reset() {
        USED.clear();
    }

    /** Conv2D becomes conv2d, BatchNormalization batch_normalization, ReLU re_lu, as in Keras. */
    public static String snakeCase(String camel) {
        String s =
                camel.replaceAll("\\W+", "")
                        .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                        .replaceAll("([a-z])([A-Z])", "$1_$2");
        return s.isEmpty() ? "layer" : s.toLowerCase(java.util.Locale.ROOT);
    }
}
