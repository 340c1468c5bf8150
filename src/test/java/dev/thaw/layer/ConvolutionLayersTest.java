package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Unary;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;

import java.util.List;

class ConvolutionLayersTest {
    private static final int NONE = Shape.NONE;
    private static final Shape IMAGES = Shape.of(NONE, 28, 28, 6);

    private static List<String> weights(Layer layer, Shape input) {
        layer.build(List.of(input));
        return layer.weights().stream()
                .map(w -> w.spec().name() + " " + w.variable().shape())
                .toList();
    }

    private static long parameters(Layer layer) {
        return layer.weights().stream().mapToLong(w -> w.variable().shape().size()).sum();
    }

    @Test
    void weightsAreThoseOfKeras() {
        assertThat(weights(new Conv2D(8, Extents.of(3, 5)), IMAGES))
                .containsExactly("kernel (3, 5, 6, 8)", "bias (8,)");
        assertThat(weights(new Conv2D(8, 3).groups(2).useBias(false), IMAGES))
                .containsExactly("kernel (3, 3, 3, 8)");
        assertThat(weights(new DepthwiseConv2D(3).depthMultiplier(2), IMAGES))
                .containsExactly("kernel (3, 3, 6, 2)", "bias (12,)");
        assertThat(weights(new SeparableConv2D(8, 3).depthMultiplier(2), IMAGES))
                .containsExactly(
                        "depthwise_kernel (3, 3, 6, 2)",
                        "pointwise_kernel (1, 1, 12, 8)",
                        "bias (8,)");
    }

    /** Numbers from keras.Sequential([Input((28, 28, 6)), layer]).count_params(). */
    @Test
    void parameterCountsAreThoseOfKeras() {
        Layer[] layers = {
            new Conv2D(32, 3),
            new Conv2D(32, 3).groups(2),
            new DepthwiseConv2D(3),
            new SeparableConv2D(32, 3),
            new SeparableConv2D(32, 3).depthMultiplier(2).useBias(false)
        };
        long[] expected = {1760, 896, 60, 278, 492};
        for (int i = 0; i < layers.length; i++) {
            layers[i].build(List.of(IMAGES));
            assertThat(parameters(layers[i])).as(layers[i].name()).isEqualTo(expected[i]);
        }
    }

    @Test
    void shapesFollowStridePaddingAndDilation() {
        assertThat(new Conv2D(8, 3).outputShape(IMAGES)).isEqualTo(Shape.of(NONE, 26, 26, 8));
        assertThat(new Conv2D(8, 3).padding(Padding.SAME).strides(3).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 10, 10, 8));
        assertThat(new Conv2D(8, 3).dilationRate(Extents.of(2, 1)).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 24, 26, 8));
        assertThat(new Conv2D(8, 3).strides(2).outputShape(Shape.of(NONE, NONE, NONE, 3)))
                .isEqualTo(Shape.of(NONE, NONE, NONE, 8));
        assertThat(new DepthwiseConv2D(3).depthMultiplier(2).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 26, 26, 12));
        assertThat(new SeparableConv2D(5, 3).strides(Extents.of(1, 2)).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 26, 13, 5));
    }

    @Test
    void conv2dIsOneOpAndItsActivation() {
        Conv2D layer =
                new Conv2D(4, 3)
                        .padding(Padding.SAME)
                        .activation(ActivationFunction.RELU)
                        .groups(2);
        var lowered = RecordingLowering.lower(layer, Mode.TRAINING, Shape.of(2, 5, 6, 4));
        assertThat(lowered.ops()).hasSize(2);
        Convolution conv = (Convolution) lowered.ops().get(0);
        assertThat(conv.groups()).isEqualTo(2);
        assertThat(conv.bias()).isNotNull();
        assertThat(conv.window().padBefore()).containsExactly(1, 1);
        assertThat(lowered.ops().get(1)).isInstanceOf(Unary.class);
    }

    @Test
    void separableIsDepthwiseThenPointwiseWithTheBias() {
        var lowered =
                RecordingLowering.lower(
                        new SeparableConv2D(4, 3).strides(2).depthMultiplier(2),
                        Mode.INFERENCE,
                        Shape.of(2, 7, 7, 3));
        assertThat(lowered.ops()).hasSize(2);
        DepthwiseConvolution first = (DepthwiseConvolution) lowered.ops().get(0);
        Convolution second = (Convolution) lowered.ops().get(1);
        assertThat(first.bias()).isNull();
        assertThat(first.y().shape()).isEqualTo(Shape.of(2, 3, 3, 6));
        assertThat(second.bias()).isNotNull();
        assertThat(second.window().strides()).containsExactly(1, 1);
    }

    @Test
    void refusesWhatMakesNoSense() {
        LayerNames.reset();
        refused(() -> new Conv2D(0, 3), "conv2d: filters must be at least 1, got 0");
        refused(() -> new Conv2D(4, 0), "kernelSize must be at least 1 along each axis, got 0");
        refused(() -> new Conv2D(4, 3).strides(0), "strides must be at least 1");
        refused(() -> new Conv2D(4, 3).dilationRate(-1), "dilationRate must be at least 1");
        refused(() -> new Conv2D(4, 3).groups(3), "groups must be at least 1 and divide the 4");
        refused(
                () -> new Conv2D(4, 3).strides(2).dilationRate(2),
                "strides [2, 2] and dilationRate [2, 2]");
        refused(
                () -> new DepthwiseConv2D(3).depthMultiplier(0),
                "depthMultiplier must be at least 1");
        refused(() -> new SeparableConv2D(0, 3), "filters must be at least 1, got 0");
    }

    @Test
    void refusesInputsThatDoNotFit() {
        refused(
                () -> new Conv2D(4, 3).outputShape(Shape.of(NONE, 28, 28)),
                "input must be (batch, height, width, channels) with known channels, got (None, 28, 28)");
        refused(
                () -> new Conv2D(4, 3).outputShape(Shape.of(NONE, 28, 28, NONE)),
                "with known channels");
        refused(
                () -> new Conv2D(4, 3).groups(2).outputShape(Shape.of(NONE, 28, 28, 3)),
                "input's channels must be divisible by groups (2), got 3");
        refused(
                () -> new Conv2D(4, 5).outputShape(Shape.of(NONE, 28, 4, 3)),
                "input's width must be at least 5 (the window spans that many cells), got 4;"
                        + " use a smaller window or padding SAME");
        SeparableConv2D built = new SeparableConv2D(4, 3);
        built.build(List.of(IMAGES));
        refused(
                () -> built.outputShape(IMAGES.withDim(-1, 3)),
                "input must have 6 channels (its kernel sees that many), got 3");
    }

    @Test
    void settersRefuseAfterBuildWhatTheWeightsAndShapesDependOn() {
        Conv2D layer = new Conv2D(4, 3);
        layer.build(List.of(IMAGES));
        assertThatIllegalStateException()
                .isThrownBy(() -> layer.useBias(false))
                .withMessageContaining(
                        "useBias cannot change after the layer is built; set it before the first call");
        assertThatIllegalStateException().isThrownBy(() -> layer.groups(2));
        assertThatIllegalStateException().isThrownBy(() -> layer.strides(2));
        assertThatIllegalStateException().isThrownBy(() -> layer.padding(Padding.SAME));
    }

    @Test
    void configHasTheKeysOfKeras() {
        assertThat(new Conv2D(4, 3).strides(2).config())
                .containsEntry("filters", 4)
                .containsEntry("kernel_size", List.of(3, 3))
                .containsEntry("strides", List.of(2, 2))
                .containsEntry("padding", Padding.VALID)
                .containsEntry("data_format", DataFormat.CHANNELS_LAST)
                .containsEntry("dilation_rate", List.of(1, 1))
                .containsEntry("groups", 1)
                .containsEntry("use_bias", true)
                .containsKey("activation");
        assertThat(new SeparableConv2D(4, 3).config()).containsEntry("depth_multiplier", 1);
    }

    private static void refused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String words) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(words);
    }
}
