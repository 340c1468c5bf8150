package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv1D;
import dev.thaw.layer.convolution.Conv1DTranspose;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.Conv2DTranspose;
import dev.thaw.layer.convolution.Conv3D;
import dev.thaw.layer.convolution.Conv3DTranspose;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.convolution.SeparableConv1D;
import dev.thaw.layer.convolution.SeparableConv2D;
import dev.thaw.layer.pooling.MaxPooling1D;
import dev.thaw.op.Binary;
import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Transpose;
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
        assertThat(weights(new Conv2D(8, 3, 5), IMAGES))
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
        assertThat(new Conv2D(8, 3).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 26, 26, 8));
        assertThat(
                        new Conv2D(8, 3)
                                .padding(Padding.SAME)
                                .strides(3)
                                .outputShapes(List.of(IMAGES))
                                .get(0))
                .isEqualTo(Shape.of(NONE, 10, 10, 8));
        assertThat(new Conv2D(8, 3).dilationRate(2, 1).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 24, 26, 8));
        assertThat(
                        new Conv2D(8, 3)
                                .strides(2)
                                .outputShapes(List.of(Shape.of(NONE, NONE, NONE, 3)))
                                .get(0))
                .isEqualTo(Shape.of(NONE, NONE, NONE, 8));
        assertThat(new DepthwiseConv2D(3).depthMultiplier(2).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 26, 26, 12));
        assertThat(new SeparableConv2D(5, 3).strides(1, 2).outputShapes(List.of(IMAGES)).get(0))
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
    void transposedConvolutionsHaveTheirFiltersBeforeTheChannels() {
        assertThat(weights(new Conv2DTranspose(8, 3, 5), IMAGES))
                .containsExactly("kernel (3, 5, 8, 6)", "bias (8,)");
        assertThat(weights(new Conv1DTranspose(8, 3), Shape.of(NONE, 9, 6)))
                .containsExactly("kernel (3, 8, 6)", "bias (8,)");
        assertThat(weights(new Conv3DTranspose(8, 3).useBias(false), Shape.of(1, 4, 4, 4, 6)))
                .containsExactly("kernel (3, 3, 3, 8, 6)");
    }

    /** Numbers from keras.layers.Conv2DTranspose(..).compute_output_shape. */
    @Test
    void transposedShapesFollowStridePaddingAndOutputPadding() {
        assertThat(new Conv2DTranspose(8, 3).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 30, 30, 8));
        assertThat(new Conv2DTranspose(8, 3).strides(2).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 57, 57, 8));
        assertThat(new Conv2DTranspose(8, 2).strides(3).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 84, 84, 8));
        Conv2DTranspose same = new Conv2DTranspose(8, 3).strides(2).padding(Padding.SAME);
        assertThat(same.outputShapes(List.of(IMAGES)).get(0)).isEqualTo(Shape.of(NONE, 56, 56, 8));
        assertThat(same.outputShapes(List.of(Shape.of(NONE, NONE, 5, 6))).get(0))
                .isEqualTo(Shape.of(NONE, NONE, 10, 8));
        assertThat(same.outputPadding(0, 1).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 55, 56, 8));
    }

    @Test
    void aTransposedConvolutionIsTheGradientOfOneAndItsBias() {
        var lowered =
                RecordingLowering.lower(
                        new Conv2DTranspose(4, 3).strides(2).padding(Padding.SAME),
                        Mode.INFERENCE,
                        Shape.of(2, 5, 6, 3));
        assertThat(lowered.ops()).hasSize(2);
        ConvolutionGradInput sum = (ConvolutionGradInput) lowered.ops().get(0);
        assertThat(sum.dx().shape()).isEqualTo(Shape.of(2, 10, 12, 4));
        assertThat(sum.window().padBefore()).containsExactly(0, 0);
        assertThat(sum.window().padAfter()).containsExactly(1, 1);
        assertThat(lowered.ops().get(1)).isInstanceOf(Binary.class);
    }

    @Test
    void causalPaddingGoesBefore() {
        var lowered =
                RecordingLowering.lower(
                        new Conv1D(4, 3).padding(Padding.CAUSAL).dilationRate(2),
                        Mode.INFERENCE,
                        Shape.of(2, 2, 3));
        Convolution conv = (Convolution) lowered.ops().get(0);
        assertThat(conv.y().shape()).isEqualTo(Shape.of(2, 2, 4));
        assertThat(conv.window().padBefore()).containsExactly(4);
        assertThat(conv.window().padAfter()).containsExactly(0);
    }

    @Test
    void channelsFirstIsTransposedAroundTheOp() {
        Conv2D layer = new Conv2D(4, 3).dataFormat(DataFormat.CHANNELS_FIRST);
        assertThat(layer.outputShapes(List.of(Shape.of(NONE, 6, 28, 20))).get(0))
                .isEqualTo(Shape.of(NONE, 4, 26, 18));
        assertThat(weights(layer, Shape.of(NONE, 6, 28, 20)).get(0))
                .isEqualTo("kernel (3, 3, 6, 4)");
        var lowered =
                RecordingLowering.lower(
                        new MaxPooling1D(2).dataFormat(DataFormat.CHANNELS_FIRST),
                        Mode.INFERENCE,
                        Shape.of(2, 3, 8));
        assertThat(lowered.ops()).hasSize(3);
        assertThat(((Transpose) lowered.ops().get(0)).order()).containsExactly(0, 2, 1);
        assertThat(((Transpose) lowered.ops().get(2)).y().shape()).isEqualTo(Shape.of(2, 3, 4));
        refused(
                () ->
                        new Conv2D(4, 3)
                                .dataFormat(DataFormat.CHANNELS_FIRST)
                                .outputShapes(List.of(IMAGES.withDim(1, NONE)))
                                .get(0),
                "input must be (batch, channels, height, width) with known channels, got");
    }

    @Test
    void refusesWhatTheOtherAxesAndKindsDoNotHave() {
        LayerNames.reset();
        refused(
                () -> new Conv3D(4, 3, 3),
                "conv3d: kernel_size must be one number, or one for each of 3 axes, got [3, 3]");
        refused(
                () -> new Conv2D(4, 3).padding(Padding.CAUSAL),
                "padding must be one of valid, same, got CAUSAL");
        refused(
                () -> new SeparableConv1D(4, 3).padding(Padding.CAUSAL),
                "padding must be one of valid, same, got CAUSAL");
        refused(
                () -> new MaxPooling1D(2).padding(Padding.CAUSAL),
                "padding must be one of valid, same, got CAUSAL");
        refused(
                () ->
                        new Conv2DTranspose(4, 3)
                                .outputPadding(1)
                                .outputShapes(List.of(IMAGES))
                                .get(0),
                "outputPadding must be less than strides along each axis, got outputPadding [1, 1]"
                        + " and strides [1, 1]");
        refused(
                () -> new Conv2DTranspose(4, 3).outputPadding(-1),
                "output_padding must be at least 0, got -1");
        refused(
                () -> new Conv2DTranspose(4, 3).strides(2).dilationRate(2),
                "strides and dilation_rate cannot both be above 1");
        refused(
                () ->
                        new Conv1DTranspose(4, 3)
                                .strides(1 << 20)
                                .outputShapes(List.of(Shape.of(1, 1 << 12, 1)))
                                .get(0),
                "input's steps must be at least 1 and make 1 to 2147483647 of them, got 4096, which"
                        + " make 4294967296");
        refused(
                () ->
                        new DepthwiseConv2D(3)
                                .depthMultiplier(1 << 30)
                                .outputShapes(List.of(IMAGES))
                                .get(0),
                "channels times depthMultiplier must fit in an int, got 6442450944");
        assertThat(
                        new DepthwiseConv2D(3)
                                .strides(2)
                                .dilationRate(2)
                                .outputShapes(List.of(IMAGES))
                                .get(0))
                .isEqualTo(Shape.of(NONE, 12, 12, 6));
    }

    @Test
    void refusesWhatMakesNoSense() {
        LayerNames.reset();
        refused(() -> new Conv2D(0, 3), "conv2d: filters must be at least 1, got 0");
        refused(() -> new Conv2D(4, 0), "kernel_size must be at least 1, got 0");
        refused(() -> new Conv2D(4, 3).strides(0), "strides must be at least 1");
        refused(() -> new Conv2D(4, 3).dilationRate(-1), "dilation_rate must be at least 1");
        refused(() -> new Conv2D(4, 3).groups(3), "groups must divide the 4 filters");
        refused(
                () -> new Conv2D(4, 3).strides(2).dilationRate(2),
                "strides [2, 2] and dilation_rate [2, 2]");
        refused(
                () -> new DepthwiseConv2D(3).depthMultiplier(0),
                "depth_multiplier must be at least 1");
        refused(() -> new SeparableConv2D(0, 3), "filters must be at least 1, got 0");
    }

    @Test
    void refusesInputsThatDoNotFit() {
        refused(
                () -> new Conv2D(4, 3).outputShapes(List.of(Shape.of(NONE, 28, 28))).get(0),
                "input must be (batch, height, width, channels) with known channels, got (None, 28, 28)");
        refused(
                () -> new Conv2D(4, 3).outputShapes(List.of(Shape.of(NONE, 28, 28, NONE))).get(0),
                "with known channels");
        refused(
                () ->
                        new Conv2D(4, 3)
                                .groups(2)
                                .outputShapes(List.of(Shape.of(NONE, 28, 28, 3)))
                                .get(0),
                "input's channels must be divisible by groups (2), got 3");
        refused(
                () -> new Conv2D(4, 5).outputShapes(List.of(Shape.of(NONE, 28, 4, 3))).get(0),
                "input's width must be at least 5 (the window spans that many cells), got 4;"
                        + " use a smaller window or padding SAME");
        SeparableConv2D built = new SeparableConv2D(4, 3);
        built.build(List.of(IMAGES));
        refused(
                () -> built.outputShapes(List.of(IMAGES.withDim(-1, 3))).get(0),
                "input must have 6 channels (its kernel sees that many), got 3");
    }

    @Test
    void settersRefuseAfterBuildWhatTheWeightsAndShapesDependOn() {
        Conv2D layer = new Conv2D(4, 3);
        layer.build(List.of(IMAGES));
        assertThatIllegalStateException()
                .isThrownBy(() -> layer.useBias(false))
                .withMessageContaining(
                        "use_bias cannot change after the layer is built; set it before the first call");
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
