package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.thaw.op.Pad;
import dev.thaw.op.Reduce;
import dev.thaw.tensor.Shape;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.List;

class ShapeLayersTest {
    private static final int NONE = Shape.NONE;
    private static final Shape IMAGES = Shape.of(NONE, 7, 6, 3);

    @Test
    void poolingStepsByItsOwnSizeUnlessTold() {
        assertThat(new MaxPooling2D().outputShape(IMAGES)).isEqualTo(Shape.of(NONE, 3, 3, 3));
        assertThat(new MaxPooling2D().padding(Padding.SAME).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 4, 3, 3));
        assertThat(new AveragePooling2D(3).strides(1).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 5, 4, 3));
        assertThat(new AveragePooling2D(Extents.of(1, 2)).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 7, 3, 3));
        assertThat(new MaxPooling2D().outputShape(Shape.of(NONE, NONE, 5, 3)))
                .isEqualTo(Shape.of(NONE, NONE, 2, 3));
        refused(() -> new MaxPooling2D(0), "poolSize must be at least 1 along each axis, got 0");
        refused(
                () -> new MaxPooling2D(8).outputShape(IMAGES),
                "input's height must be at least 8 (the window spans that many cells), got 7");
    }

    @Test
    void globalPoolingDropsTheSpatialAxesUnlessTold() {
        assertThat(new GlobalAveragePooling2D().outputShape(Shape.of(NONE, NONE, NONE, 3)))
                .isEqualTo(Shape.of(NONE, 3));
        assertThat(new GlobalMaxPooling2D().keepdims(true).outputShape(IMAGES))
                .isEqualTo(Shape.of(NONE, 1, 1, 3));
        var lowered =
                RecordingLowering.lower(
                        new GlobalMaxPooling2D().keepdims(true),
                        Mode.INFERENCE,
                        Shape.of(2, 7, 6, 3));
        assertThat(lowered.only(Reduce.class).kind()).isEqualTo(Reduce.Kind.MAX);
        refused(
                () -> new GlobalMaxPooling2D().outputShape(Shape.of(NONE, 3)),
                "input must be (batch, height, width, channels) with known channels, got (None, 3)");
    }

    @Test
    void flattenMultipliesWhatItKnows() {
        assertThat(new Flatten().outputShape(IMAGES)).isEqualTo(Shape.of(NONE, 126));
        assertThat(new Flatten().outputShape(Shape.of(NONE))).isEqualTo(Shape.of(NONE, 1));
        assertThat(new Flatten().outputShape(Shape.of(NONE, NONE, 3)))
                .isEqualTo(Shape.of(NONE, NONE));
        assertThat(
                        RecordingLowering.lower(new Flatten(), Mode.INFERENCE, Shape.of(2, 3))
                                .isIdentity())
                .isTrue();
    }

    @Test
    void reshapeFillsOneOpenExtent() {
        assertThat(new Reshape(9, 14).outputShape(IMAGES)).isEqualTo(Shape.of(NONE, 9, 14));
        assertThat(new Reshape(2, -1, 3).outputShape(IMAGES)).isEqualTo(Shape.of(NONE, 2, 21, 3));
        assertThat(new Reshape(2, -1).outputShape(Shape.of(NONE, NONE, 3)))
                .isEqualTo(Shape.of(NONE, 2, NONE));
        refused(() -> new Reshape(-1, -1), "targetShape may have one -1, got (None, None)");
        refused(() -> new Reshape(0, 3), "at least 1, or -1 for what is left, got [0, 3]");
        refused(
                () -> new Reshape(5, 5).outputShape(IMAGES),
                "targetShape (5, 5) holds 25 elements, the input (None, 7, 6, 3) has 126 per sample");
        refused(
                () -> new Reshape(5, -1).outputShape(IMAGES),
                "holds a multiple of 5 elements, the input (None, 7, 6, 3) has 126 per sample");
    }

    @Test
    void zeroPaddingKnowsItsFourSides() {
        ZeroPadding2D layer = new ZeroPadding2D(new Margins(0, 1, 2, 3));
        assertThat(layer.outputShape(IMAGES)).isEqualTo(Shape.of(NONE, 8, 11, 3));
        assertThat(new ZeroPadding2D(2, 1).outputShape(Shape.of(NONE, NONE, 6, 3)))
                .isEqualTo(Shape.of(NONE, NONE, 8, 3));
        var pad =
                RecordingLowering.lower(layer, Mode.INFERENCE, Shape.of(2, 7, 6, 3))
                        .only(Pad.class);
        assertThat(pad.begin()).containsExactly(0, 0, 2, 0);
        assertThat(layer.config()).containsEntry("padding", List.of(List.of(0, 1), List.of(2, 3)));
        refused(() -> new ZeroPadding2D(-1), "padding must be at least 0 on each side");
    }

    @Test
    void mergesRepeatExtentsOfOne() {
        Shape gate = Shape.of(NONE, 1, 1, 3);
        assertThat(new Multiply().outputShapes(List.of(IMAGES, gate))).containsExactly(IMAGES);
        assertThat(new Add().outputShapes(List.of(gate, IMAGES, IMAGES))).containsExactly(IMAGES);
        assertThat(new Add().outputShapes(List.of(Shape.of(NONE, 3), Shape.of(5, 3))))
                .containsExactly(Shape.of(5, 3));
        assertThat(
                        RecordingLowering.lower(
                                        new Average(),
                                        Mode.INFERENCE,
                                        Shape.of(2, 1, 3),
                                        Shape.of(2, 4, 1),
                                        Shape.of(2, 4, 3))
                                .output()
                                .shape())
                .isEqualTo(Shape.of(2, 4, 3));
    }

    @Test
    void mergesRefuseWhatDoesNotFit() {
        refused(() -> new Add().outputShapes(List.of()), "merges 1 or more inputs, got none");
        refused(
                () -> new Subtract().outputShapes(List.of(IMAGES, IMAGES, IMAGES)),
                "subtracts the second of 2 inputs from the first, got 3");
        refused(
                () -> new Add().outputShapes(List.of(IMAGES, Shape.scalar())),
                "inputs must have a batch axis, got [(None, 7, 6, 3), ()]");
        refused(
                () -> new Maximum().outputShapes(List.of(Shape.of(NONE, 4), Shape.of(NONE, 3))),
                "inputs must have the same extents, or 1; axis 1 has 4 and 3 in [(None, 4), (None, 3)]");
        refused(
                () -> new Minimum().outputShapes(List.of(Shape.of(1, 3), Shape.of(2, 3))),
                "the same extents along the batch; axis 0 has 1 and 2");
    }

    @Test
    void concatenateAddsUpOneAxis() {
        assertThat(new Concatenate().outputShapes(List.of(IMAGES, Shape.of(NONE, 7, NONE, 5))))
                .containsExactly(Shape.of(NONE, 7, 6, 8));
        assertThat(new Concatenate(1).outputShapes(List.of(IMAGES, IMAGES)))
                .containsExactly(Shape.of(NONE, 14, 6, 3));
        refused(
                () -> new Concatenate().outputShapes(List.of(IMAGES, Shape.of(NONE, 8, 6, 3))),
                "every extent but that of axis -1, got [(None, 7, 6, 3), (None, 8, 6, 3)]");
        refused(
                () -> new Concatenate(4).outputShapes(List.of(IMAGES, IMAGES)),
                "axis 4 does not exist in its input (None, 7, 6, 3); use -1 for the last axis");
    }

    @Test
    void rescalingWantsOneNumberPerChannel() {
        Rescaling layer = new Rescaling(new double[] {1, 2, 3}, new double[] {0, 0, 1});
        assertThat(layer.outputShape(IMAGES)).isEqualTo(IMAGES);
        assertThat(RecordingLowering.lower(layer, Mode.TRAINING, Shape.of(2, 7, 6, 3)).ops())
                .hasSize(2);
        refused(
                () -> layer.outputShape(Shape.of(NONE, 4)),
                "input's last axis must be 3 (scale or offset has that many numbers), got (None, 4)");
        refused(
                () -> new Rescaling(new double[] {1, 2, 3}, new double[] {1, 2}),
                "one finite number, or one per channel, got [1.0, 2.0, 3.0] and [1.0, 2.0]");
        refused(
                () -> new Rescaling(Double.NaN),
                "one finite number, or one per channel, got [NaN] and [0.0]");
    }

    private static void refused(ThrowingCallable call, String words) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(words);
    }
}
