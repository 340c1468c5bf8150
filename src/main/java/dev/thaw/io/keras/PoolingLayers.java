package dev.thaw.io.keras;

import dev.thaw.layer.GlobalAveragePooling2D;
import dev.thaw.layer.GlobalMaxPooling2D;

/** Pooling over windows and over whole images. */
final class PoolingLayers {
    private PoolingLayers() {}

    static void register(LayerTable t) {
        t.add(
                "GlobalAveragePooling2D",
                c ->
                        new GlobalAveragePooling2D()
                                .keepdims(c.channelsLast().bool("keepdims", false)));
        t.add(
                "GlobalMaxPooling2D",
                c -> new GlobalMaxPooling2D().keepdims(c.channelsLast().bool("keepdims", false)));
    }
}
