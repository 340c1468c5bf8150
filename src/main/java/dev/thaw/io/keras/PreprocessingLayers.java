package dev.thaw.io.keras;

import dev.thaw.layer.Rescaling;

/** What stands in front of a network. */
final class PreprocessingLayers {
    private PreprocessingLayers() {}

    static void register(LayerTable t) {
        t.add("Rescaling", c -> new Rescaling(c.number("scale", 1), c.number("offset", 0)));
    }
}
