package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Layer;
import dev.thaw.layer.Padding;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Convolutions as Keras 2 wrote them: initializers without modules, keys of the class above. */
class Keras2ConvolutionsTest {
    private static final String COMMON =
            """
            "name": "some", "trainable": true, "dtype": "float32",
            "kernel_size": [3, 3], "strides": [2, 2], "padding": "same",
            "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1,
            "activation": "relu", "use_bias": false,
            "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}},
            "bias_initializer": {"class_name": "Zeros", "config": {}},
            "kernel_regularizer": null, "bias_regularizer": null, "activity_regularizer": null,
            "kernel_constraint": null, "bias_constraint": null
            """;

    private static final String DEPTHWISE =
            """
            , "depth_multiplier": 2,
            "depthwise_initializer":
                {"class_name": "VarianceScaling",
                 "config": {"scale": 2.0, "mode": "fan_in", "distribution": "normal", "seed": null}},
            "depthwise_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
            "depthwise_constraint": null
            """;

    private static Layer read(String className, String more) {
        return KerasLayers.read(className, "{" + COMMON + more + "}");
    }

    @Test
    void eachIsRead() {
        assertThat(read("Conv2D", ", \"filters\": 4").config())
                .containsEntry("filters", 4)
                .containsEntry("strides", List.of(2, 2))
                .containsEntry("padding", Padding.SAME);
        assertThat(read("Conv2DTranspose", ", \"filters\": 4, \"output_padding\": null").config())
                .containsEntry("output_padding", null);
        assertThat(read("Conv2DTranspose", ", \"filters\": 4, \"output_padding\": [1, 0]").config())
                .containsEntry("output_padding", List.of(1, 0));
        assertThat(read("DepthwiseConv2D", DEPTHWISE).config())
                .containsEntry("depth_multiplier", 2)
                .containsEntry("use_bias", false);
        assertThat(
                        read(
                                        "SeparableConv2D",
                                        DEPTHWISE
                                                + ", \"filters\": 4, \"pointwise_initializer\":"
                                                + " {\"class_name\": \"HeNormal\", \"config\": {}}")
                                .config())
                .containsEntry("filters", 4);
    }

    @Test
    void transposedConvolutionsHaveNoGroups() {
        String config = "{\"filters\": 4, \"kernel_size\": 3, \"groups\": 2}";
        assertThatThrownBy(() -> KerasLayers.read("Conv2DTranspose", config))
                .hasMessageContaining("groups: Thaw does not have this option, got 2");
    }

    @Test
    void aKernelSizeMustBeGiven() {
        assertThatThrownBy(() -> KerasLayers.read("Conv2D", "{\"filters\": 4}"))
                .hasMessageContaining("kernel_size must be given");
    }
}
