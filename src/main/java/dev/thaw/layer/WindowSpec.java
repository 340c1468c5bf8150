package dev.thaw.layer;

import dev.thaw.op.Window;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A window that moves over the spatial axes of [N, spatial.., C], one entry per spatial axis, while
 * the extents may still be unknown. With {@code span = (size - 1) dilation + 1}:
 *
 * <ul>
 *   <li>VALID: out = floor((in - span) / stride) + 1, no padding;
 *   <li>SAME: out = ceil(in / stride), padding max((out - 1) stride + span - in, 0), of which floor
 *       of the half comes before and the rest after, as in TensorFlow.
 * </ul>
 *
 * @param size extents of the window, in cells
 * @param strides steps of the window, in cells
 * @param dilation distance between two cells of the window
 * @param padding how the border is treated
 */
record WindowSpec(
        List<Integer> size, List<Integer> strides, List<Integer> dilation, Padding padding) {
    private static final String[][] AXES = {
        {"steps"}, {"height", "width"}, {"depth", "height", "width"}
    };

    /** A square window of side 1 with stride 1, over so many spatial axes. */
    static WindowSpec point(int rank) {
        List<Integer> ones = Collections.nCopies(rank, 1);
        return new WindowSpec(ones, ones, ones, Padding.VALID);
    }

    /** Height and width as a list; refuses extents below 1. */
    static List<Integer> extents(Layer layer, String property, Size2D value) {
        if (value.height() < 1 || value.width() < 1) {
            throw layer.refuse(
                    property
                            + " must be at least 1 along each axis, got ("
                            + value.height()
                            + ", "
                            + value.width()
                            + ")");
        }
        return List.of(value.height(), value.width());
    }

    /** The number of spatial axes. */
    int rank() {
        return size.size();
    }

    WindowSpec withStrides(List<Integer> value) {
        return new WindowSpec(size, value, dilation, padding);
    }

    WindowSpec withDilation(List<Integer> value) {
        return new WindowSpec(size, strides, value, padding);
    }

    WindowSpec withPadding(Padding value) {
        return new WindowSpec(size, strides, dilation, value);
    }

    /** Refuses an input that is not [N, spatial.., C] with a known C. */
    void checkInput(Layer layer, Shape input) {
        if (input.rank() != rank() + 2 || input.last() == Shape.NONE) {
            throw layer.refuse(
                    "input must be (batch, "
                            + String.join(", ", AXES[rank() - 1])
                            + ", channels) with known channels, got "
                            + input);
        }
    }

    /** [N, out.., channels]; an unknown extent stays unknown. */
    Shape outputShape(Layer layer, Shape input, int channels) {
        Shape output = input.withDim(-1, channels);
        for (int axis = 0; axis < rank(); axis++) {
            int in = input.dim(axis + 1);
            if (in == Shape.NONE) {
                continue;
            }
            int smallest = padding == Padding.VALID ? span(axis) : 1;
            if (in < smallest) {
                throw layer.refuse(
                        "input's "
                                + AXES[rank() - 1][axis]
                                + " must be at least "
                                + smallest
                                + (padding == Padding.VALID
                                        ? " (the window spans that many cells), got " + in
                                        : ", got " + in)
                                + (padding == Padding.VALID
                                        ? "; use a smaller window or padding SAME"
                                        : ""));
            }
            output = output.withDim(axis + 1, outputExtent(axis, in));
        }
        return output;
    }

    /** The window over an input whose spatial extents are known. */
    Window over(Shape input) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (int axis = 0; axis < rank(); axis++) {
            int total = padding == Padding.VALID ? 0 : samePadding(axis, input.dim(axis + 1));
            before.add(total / 2);
            after.add(total - total / 2);
        }
        return new Window(size, strides, dilation, before, after);
    }

    /** At most the largest int, which no input reaches. */
    private int span(int axis) {
        return (int) Math.min(Integer.MAX_VALUE, (size.get(axis) - 1L) * dilation.get(axis) + 1);
    }

    private int outputExtent(int axis, int in) {
        int stride = strides.get(axis);
        return padding == Padding.VALID
                ? (in - span(axis)) / stride + 1
                : (int) (((long) in + stride - 1) / stride);
    }

    private int samePadding(int axis, int in) {
        long reach = (outputExtent(axis, in) - 1L) * strides.get(axis) + span(axis);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(reach - in, 0));
    }
}
