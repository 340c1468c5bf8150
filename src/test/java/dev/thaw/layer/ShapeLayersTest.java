package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Average;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.layer.merging.Maximum;
import dev.thaw.layer.merging.Minimum;
import dev.thaw.layer.merging.Multiply;
import dev.thaw.layer.merging.Subtract;
import dev.thaw.layer.pooling.AveragePooling2D;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.pooling.GlobalMaxPooling2D;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.layer.reshaping.Reshape;
import dev.thaw.layer.reshaping.ZeroPadding2D;
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
        assertThat(new MaxPooling2D().outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 3, 3, 3));
        assertThat(new MaxPooling2D().padding(Padding.SAME).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 4, 3, 3));
        assertThat(new AveragePooling2D(3).strides(1).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 5, 4, 3));
        assertThat(new AveragePooling2D(1, 2).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 7, 3, 3));
        assertThat(new MaxPooling2D().outputShapes(List.of(Shape.of(NONE, NONE, 5, 3))).get(0))
                .isEqualTo(Shape.of(NONE, NONE, 2, 3));
        refused(() -> new MaxPooling2D(0), "pool_size must be at least 1, got 0");
        refused(
                () -> new MaxPooling2D(8).outputShapes(List.of(IMAGES)).get(0),
                "input's height must be at least 8 (the window spans that many cells), got 7");
    }

    @Test
    void globalPoolingDropsTheSpatialAxesUnlessTold() {
        assertThat(
                        new GlobalAveragePooling2D()
                                .outputShapes(List.of(Shape.of(NONE, NONE, NONE, 3)))
                                .get(0))
                .isEqualTo(Shape.of(NONE, 3));
        assertThat(new GlobalMaxPooling2D().keepdims(true).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 1, 1, 3));
        var lowered =
                RecordingLowering.lower(
                        new GlobalMaxPooling2D().keepdims(true),
                        Mode.INFERENCE,
                        Shape.of(2, 7, 6, 3));
        assertThat(lowered.only(Reduce.class).function()).isEqualTo(Reduce.Function.MAX);
        refused(
                () -> new GlobalMaxPooling2D().outputShapes(List.of(Shape.of(NONE, 3))).get(0),
                "input must be (batch, height, width, channels) with known channels, got (None, 3)");
    }

    @Test
    void flattenMultipliesWhatItKnows() {
        assertThat(new Flatten().outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 126));
        assertThat(new Flatten().outputShapes(List.of(Shape.of(NONE))).get(0))
                .isEqualTo(Shape.of(NONE, 1));
        assertThat(new Flatten().outputShapes(List.of(Shape.of(NONE, NONE, 3))).get(0))
                .isEqualTo(Shape.of(NONE, NONE));
        assertThat(
                        RecordingLowering.lower(new Flatten(), Mode.INFERENCE, Shape.of(2, 3))
                                .isIdentity())
                .isTrue();
    }

    @Test
    void reshapeFillsOneOpenExtent() {
        assertThat(new Reshape(9, 14).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 9, 14));
        assertThat(new Reshape(2, -1, 3).outputShapes(List.of(IMAGES)).get(0))
                .isEqualTo(Shape.of(NONE, 2, 21, 3));
        assertThat(new Reshape(2, -1).outputShapes(List.of(Shape.of(NONE, NONE, 3))).get(0))
                .isEqualTo(Shape.of(NONE, 2, NONE));
        refused(() -> new Reshape(-1, -1), "one -1 at most for what is left, got [-1, -1]");
        refused(() -> new Reshape(0, 3), "one -1 at most for what is left, got [0, 3]");
        refused(
                () -> new Reshape(5, 5).outputShapes(List.of(IMAGES)).get(0),
                "target_shape (5, 5) holds 25 elements, the input (None, 7, 6, 3) has 126 per sample");
        refused(
                () -> new Reshape(5, -1).outputShapes(List.of(IMAGES)).get(0),
                "holds a multiple of 5 elements, the input (None, 7, 6, 3) has 126 per sample");
    }

    @Test
    void zeroPaddingKnowsItsFourSides() {
        ZeroPadding2D layer = new ZeroPadding2D(0, 1, 2, 3);
        assertThat(layer.outputShapes(List.of(IMAGES)).get(0)).isEqualTo(Shape.of(NONE, 8, 11, 3));
        assertThat(new ZeroPadding2D(2, 1).outputShapes(List.of(Shape.of(NONE, NONE, 6, 3))).get(0))
                .isEqualTo(Shape.of(NONE, NONE, 8, 3));
        var pad =
                RecordingLowering.lower(layer, Mode.INFERENCE, Shape.of(2, 7, 6, 3))
                        .only(Pad.class);
        assertThat(pad.begin()).containsExactly(0, 0, 2, 0);
        assertThat(layer.config()).containsEntry("padding", List.of(List.of(0, 1), List.of(2, 3)));
        refused(() -> new ZeroPadding2D(-1), "padding must be at least 0, got -1");
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
        Rescaling layer = new Rescaling().scale(1, 2, 3).offset(0, 0, 1);
        assertThat(layer.outputShapes(List.of(IMAGES)).get(0)).isEqualTo(IMAGES);
        assertThat(RecordingLowering.lower(layer, Mode.TRAINING, Shape.of(2, 7, 6, 3)).ops())
                .hasSize(2);
        refused(
                () -> layer.outputShapes(List.of(Shape.of(NONE, 4))).get(0),
                "input's last axis must be 3 (scale or offset has that many numbers), got (None, 4)");
        refused(
                () -> new Rescaling().scale(1, 2, 3).offset(1, 2).apply(Input.of(3)),
                "one number, or one per channel, got [1.0, 2.0, 3.0] and [1.0, 2.0]");
        refused(() -> new Rescaling(Double.NaN), "scale must be finite, got NaN");
    }

    private static void refused(ThrowingCallable call, String words) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(words);
    }
}
