package dev.thaw.io.keras;

import dev.thaw.layer.Flatten;

/** What moves numbers about. */
final class ReshapingLayers {
    private ReshapingLayers() {}

    static void register(LayerTable t) {
        t.add(
                "Flatten",
                c -> {
                    c.channelsLast();
                    return new Flatten();
                });
    }
}
