package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ELU;
import dev.thaw.layer.activation.LeakyReLU;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.activation.Softmax;
import dev.thaw.layer.normalization.LayerNormalization;
import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.Op;
import dev.thaw.op.Transpose;
import dev.thaw.op.Unary;
import dev.thaw.tensor.Shape;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.List;

class ElementwiseAndNormalizationLayersTest {
    private static final Shape BLOCK = Shape.of(2, 3, 4, 5);

    private static Fn only(Layer layer) {
        return RecordingLowering.lower(layer, Mode.TRAINING, BLOCK).only(Unary.class).fn();
    }

    private static List<Class<? extends Op>> ops(Layer layer) {
        return RecordingLowering.lower(layer, Mode.TRAINING, BLOCK).ops().stream()
                .<Class<? extends Op>>map(Op::getClass)
                .toList();
    }

    @Test
    void reluTakesTheOpThatFitsItsOptions() {
        assertThat(only(new ReLU())).isEqualTo(Fn.of(Fn.Function.RELU));
        assertThat(only(new ReLU().maxValue(6))).isEqualTo(Fn.of(Fn.Function.RELU6));
        // the gradient at 0 is a ReLU's, which a clip alone would not have
        assertThat(ops(new ReLU().maxValue(2))).containsExactly(Unary.class, Unary.class);
        assertThat(only(new ReLU().negativeSlope(.1)))
                .isEqualTo(new Fn(Fn.Function.LEAKY_RELU, .1, 0));
        assertThat(ops(new ReLU().negativeSlope(.1).maxValue(2)))
                .containsExactly(
                        Unary.class,
                        Unary.class,
                        Affine.class,
                        Unary.class,
                        Affine.class,
                        Binary.class);
        assertThat(only(new LeakyReLU())).isEqualTo(new Fn(Fn.Function.LEAKY_RELU, .3, 0));
        assertThat(only(new ELU())).isEqualTo(new Fn(Fn.Function.ELU, 1, 0));
        assertThat(only(new Activation(ActivationFunction.RELU6)))
                .isEqualTo(Fn.of(Fn.Function.RELU6));
        assertThat(
                        RecordingLowering.lower(
                                        new Activation(ActivationFunction.LINEAR),
                                        Mode.TRAINING,
                                        BLOCK)
                                .isIdentity())
                .isTrue();
    }

    @Test
    void activationsRefuseWhatMakesNoSense() {
        refused(() -> new ReLU().maxValue(-1), "max_value must be finite and at least 0, got -1.0");
        refused(() -> new ReLU().negativeSlope(Double.NaN), "negative_slope must be");
        refused(
                () -> new ReLU().threshold(-1),
                "threshold must be finite and at least 0, got -1.0");
        refused(() -> new LeakyReLU(-.1), "negative_slope must be finite and at least 0, got -0.1");
        refused(() -> new ELU(Double.NaN), "alpha must be finite, got NaN");
        refused(() -> new Activation(null), "activation must be given");
        refused(
                () -> new Softmax(4).outputShapes(List.of(BLOCK)).get(0),
                "axis 4 does not exist in its input");
    }

    @Test
    void softmaxAlongTheLastAxisIsOneOp() {
        assertThat(ops(new Softmax())).containsExactly(dev.thaw.op.Softmax.class);
        assertThat(ops(new Softmax(3))).containsExactly(dev.thaw.op.Softmax.class);
        assertThat(ops(new Softmax(1)))
                .containsExactly(
                        Transpose.class,
                        dev.thaw.op.Reshape.class,
                        dev.thaw.op.Softmax.class,
                        dev.thaw.op.Reshape.class,
                        Transpose.class);
    }

    @Test
    void layerNormalizationHasWeightsOfItsAxes() {
        assertThat(weights(new LayerNormalization())).containsExactly("gamma (5,)", "beta (5,)");
        assertThat(weights(new LayerNormalization().axis(3, 1).center(false)))
                .containsExactly("gamma (3, 5)");
        assertThat(weights(new LayerNormalization().axis(1, -1).scale(false)))
                .containsExactly("beta (5, 3)");
        assertThat(weights(new LayerNormalization().center(false).scale(false))).isEmpty();
    }

    private static List<String> weights(Layer layer) {
        layer.build(List.of(BLOCK.withBatch(Shape.NONE)));
        return layer.weights().stream()
                .map(w -> w.spec().name() + " " + w.variable().shape())
                .toList();
    }

    @Test
    void layerNormalizationTransposesOnlyWhereItMust() {
        assertThat(ops(new LayerNormalization().axis(1, 2, 3).scale(false).center(false)))
                .containsExactly(
                        dev.thaw.op.Reshape.class, LayerNorm.class, dev.thaw.op.Reshape.class);
        var lowered =
                RecordingLowering.lower(new LayerNormalization().axis(1), Mode.TRAINING, BLOCK);
        Transpose there = (Transpose) lowered.ops().get(0);
        Transpose back = (Transpose) lowered.ops().get(lowered.ops().size() - 1);
        assertThat(there.order()).containsExactly(0, 2, 3, 1);
        assertThat(there.y().shape()).isEqualTo(Shape.of(2, 4, 5, 3));
        assertThat(back.order()).containsExactly(0, 3, 1, 2);
    }

    @Test
    void layerNormalizationRefusesWhatDoesNotFit() {
        refused(() -> new LayerNormalization().axis(), "axis must be at least one axis");
        refused(() -> new LayerNormalization().epsilon(Double.NaN), "epsilon must be finite");
        refused(
                () -> new LayerNormalization().axis(1, -3).outputShapes(List.of(BLOCK)).get(0),
                "axis must not name an axis twice, got [1, -3]");
        refused(
                () -> new LayerNormalization().axis(4).outputShapes(List.of(BLOCK)).get(0),
                "axis 4 does not exist in its input (2, 3, 4, 5); use -1 for the last axis");
        refused(
                () ->
                        new LayerNormalization()
                                .axis(1)
                                .outputShapes(List.of(Shape.of(2, Shape.NONE, 3)))
                                .get(0),
                "input must have known extents at axis 1, got (2, None, 3)");
        LayerNormalization built = new LayerNormalization();
        built.build(List.of(BLOCK));
        refused(
                () -> built.outputShapes(List.of(BLOCK.withDim(-1, 6))).get(0),
                "was built for extents (5,) at axis -1, got (2, 3, 4, 6)");
        assertThatIllegalStateException().isThrownBy(() -> built.axis(1));
    }

    private static void refused(ThrowingCallable call, String words) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(words);
    }
}
