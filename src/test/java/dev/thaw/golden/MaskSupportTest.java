package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.graph.Network;
import dev.thaw.layer.Layer;

import org.junit.jupiter.api.Test;

import java.util.Set;
import java.util.TreeSet;

/** The layers that pass masks on are those of Keras. */
class MaskSupportTest {
    /**
     * The classes of Keras 3.15.1 whose {@code supports_masking} is true, as far as we have them.
     */
    private static final Set<String> KERAS =
            Set.of(
                    "Activation",
                    "ActivityRegularization",
                    "Add",
                    "AlphaDropout",
                    "Average",
                    "BatchNormalization",
                    "Concatenate",
                    "Dense",
                    "Dot",
                    "Dropout",
                    "ELU",
                    "GaussianDropout",
                    "GaussianNoise",
                    "GlobalAveragePooling1D",
                    "GroupNormalization",
                    "Identity",
                    "LayerNormalization",
                    "LeakyReLU",
                    "Masking",
                    "Maximum",
                    "Minimum",
                    "Multiply",
                    "Normalization",
                    "PReLU",
                    "ReLU",
                    "Rescaling",
                    "Softmax",
                    "SpatialDropout1D",
                    "SpatialDropout2D",
                    "SpatialDropout3D",
                    "Subtract",
                    "TimeDistributed",
                    "UnitNormalization");

    @Test
    void theSameLayersSupportMasks() {
        Set<String> support = new TreeSet<>();
        Set<String> all = new TreeSet<>();
        for (LayerFixtures.Case c : LayerFixtures.all()) {
            Layer layer = FixtureLayers.of(c);
            if (layer instanceof Network) {
                continue;
            }
            String name = layer.getClass().getSimpleName();
            all.add(name);
            // an embedding does where 0 is no number like the others
            if (layer.supportsMasking() && !name.equals("Embedding")) {
                support.add(name);
            }
        }
        assertThat(all).containsAll(KERAS);
        assertThat(support).containsExactlyInAnyOrderElementsOf(KERAS);
    }
}
