package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerNamesTest {
    /** The right column was printed by keras.src.utils.naming.to_snake_case. */
    @ParameterizedTest
    @CsvSource({
        "Dense, dense",
        "Conv2D, conv2d",
        "Conv2DTranspose, conv2d_transpose",
        "DepthwiseConv2D, depthwise_conv2d",
        "SeparableConv2D, separable_conv2d",
        "GlobalAveragePooling2D, global_average_pooling2d",
        "MaxPooling2D, max_pooling2d",
        "ZeroPadding2D, zero_padding2d",
        "SpatialDropout1D, spatial_dropout1d",
        "BatchNormalization, batch_normalization",
        "LayerNormalization, layer_normalization",
        "PReLU, p_re_lu",
        "ReLU, re_lu",
        "LeakyReLU, leaky_re_lu",
        "ELU, elu",
        "LSTM, lstm",
        "ConvLSTM1D, conv_lstm1d",
        "RMSNormalization, rms_normalization",
        "MobileNetV2, mobile_net_v2"
    })
    void snakeCaseIsThatOfKeras(String type, String name) {
        assertThat(LayerNames.snakeCase(type)).isEqualTo(name);
    }

    @Test
    void numbersBeginWithTheSecondLayerOfAClass() {
        LayerNames.reset();
        assertThat(new Conv2D(1, 1).name()).isEqualTo("conv2d");
        assertThat(new Dense(1).name()).isEqualTo("dense");
        assertThat(new Conv2D(1, 1).name()).isEqualTo("conv2d_1");
        assertThat(new Conv2D(1, 1).name()).isEqualTo("conv2d_2");
        LayerNames.reset();
        assertThat(new Conv2D(1, 1).name()).isEqualTo("conv2d");
    }

    /** {@code Dense(1, name="head"); Dense(1).name} is "dense" in Keras. */
    @Test
    void layersWithNamesOfTheirOwnDoNotCount() {
        LayerNames.reset();
        assertThat(new Dense(1).named("head").name()).isEqualTo("head");
        Dense first = new Dense(1);
        Dense second = new Dense(1);
        assertThat(second.name()).isEqualTo("dense_1");
        first.named("renamed_late");
        assertThat(new Dense(1).name()).isEqualTo("dense_2");
        second.named("second").named("dense_2");
        assertThat(new Dense(1).name()).isEqualTo("dense_3");
    }
}
