package dev.thaw.io.keras;

import dev.thaw.layer.Dropout;

/** Dropout and noise. */
final class RegularizationLayers {
    private RegularizationLayers() {}

    static void register(LayerTable t) {
        t.add(
                "Dropout",
                c -> {
                    Dropout layer =
                            new Dropout(c.number("rate", .5)).noiseShape(c.shape("noise_shape"));
                    Long seed = c.integer64("seed");
                    return seed == null ? layer : layer.seed(seed);
                });
    }
}
