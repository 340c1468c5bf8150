package dev.thaw.io.keras;

import dev.thaw.layer.Rescaling;

import java.util.List;

/** What stands in front of a network. */
final class PreprocessingLayers {
    private PreprocessingLayers() {}

    static void register(LayerTable t) {
        t.add("Rescaling", PreprocessingLayers::rescaling);
    }

    /** Numbers, or a list of one per channel in either place. */
    private static Rescaling rescaling(Config c) {
        boolean lists =
                c.has("scale") && c.json("scale").isArray()
                        || c.has("offset") && c.json("offset").isArray();
        if (!lists) {
            return new Rescaling(c.number("scale", 1), c.number("offset", 0));
        }
        return new Rescaling(numbers(c, "scale", 1), numbers(c, "offset", 0));
    }

    private static double[] numbers(Config c, String key, double otherwise) {
        List<Double> given = c.numbers(key);
        return given == null
                ? new double[] {otherwise}
                : given.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
