package dev.thaw.io.keras;

import dev.thaw.layer.Activation;

/** Activations as layers. */
final class ActivationLayers {
    private ActivationLayers() {}

    static void register(LayerTable t) {
        t.add("Activation", c -> new Activation(c.activation("activation")));
    }
}
