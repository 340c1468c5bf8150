package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.op.Window;
import dev.thaw.tensor.Shape;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.util.List;

class WindowSpecTest {
    private static final Conv2D LAYER = new Conv2D(1, 1);

    @Property
    void sameMeansCeilOfInOverStrideAndTheEndGetsTheOddCell(
            @ForAll @IntRange(min = 1, max = 40) int in,
            @ForAll @IntRange(min = 1, max = 7) int size,
            @ForAll @IntRange(min = 1, max = 5) int stride,
            @ForAll @IntRange(min = 1, max = 3) int dilation) {
        WindowSpec spec =
                new WindowSpec(List.of(size), List.of(stride), List.of(dilation), Padding.SAME);
        Shape input = Shape.of(2, in, 3);
        Window window = spec.over(input);
        int out = spec.outputShape(LAYER, input, 9).dim(1);
        assertThat(out).isEqualTo((int) Math.ceil((double) in / stride));
        assertThat(window.outputExtent(0, in)).isEqualTo(out);
        assertThat(window.padAfter().get(0) - window.padBefore().get(0)).isBetween(0, 1);
        // no more padding than the last window needs
        int pads = window.padBefore().get(0) + window.padAfter().get(0);
        assertThat(pads == 0 || (out - 1) * stride + window.span(0) == in + pads).isTrue();
    }

    @Property
    void validMeansWholeWindowsOnly(
            @ForAll @IntRange(min = 1, max = 40) int in,
            @ForAll @IntRange(min = 1, max = 7) int size,
            @ForAll @IntRange(min = 1, max = 5) int stride) {
        WindowSpec spec = new WindowSpec(List.of(size), List.of(stride), List.of(1), Padding.VALID);
        int positions = 0;
        for (int at = 0; at + size <= in; at += stride) {
            positions++;
        }
        Shape input = Shape.of(2, in, 3);
        if (positions > 0) {
            assertThat(spec.outputShape(LAYER, input, 3).dim(1)).isEqualTo(positions);
            assertThat(spec.over(input).outputExtent(0, in)).isEqualTo(positions);
        }
    }

    @Test
    void worksForThreeSpatialAxesAndUnknownExtents() {
        WindowSpec spec =
                new WindowSpec(List.of(3, 3, 3), List.of(2, 1, 2), List.of(1, 1, 1), Padding.SAME);
        assertThat(spec.outputShape(LAYER, Shape.of(Shape.NONE, 5, Shape.NONE, 8, 2), 7))
                .isEqualTo(Shape.of(Shape.NONE, 3, Shape.NONE, 4, 7));
        assertThat(spec.over(Shape.of(1, 5, 6, 8, 2)))
                .isEqualTo(
                        new Window(
                                List.of(3, 3, 3),
                                List.of(2, 1, 2),
                                List.of(1, 1, 1),
                                List.of(1, 1, 0),
                                List.of(1, 1, 1)));
    }
}
