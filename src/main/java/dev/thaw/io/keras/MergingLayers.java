package dev.thaw.io.keras;

import dev.thaw.layer.Add;
import dev.thaw.layer.Concatenate;

/** Several inputs, one output. */
final class MergingLayers {
    private MergingLayers() {}

    static void register(LayerTable t) {
        t.add("Add", c -> new Add());
        t.add("Concatenate", c -> new Concatenate(c.integer("axis", -1)));
    }
}
