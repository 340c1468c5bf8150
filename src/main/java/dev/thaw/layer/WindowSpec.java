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
 *       of the half comes before and the rest after, as in TensorFlow;
 *   <li>CAUSAL: out = ceil(in / stride), padding span - 1, all of it before.
 * </ul>
 *
 * @param size extents of the window, in cells
 * @param strides steps of the window, in cells
 * @param dilation distance between two cells of the window
 * @param padding how the border is treated
 */
public record WindowSpec(
        List<Integer> size, List<Integer> strides, List<Integer> dilation, Padding padding) {
    /** Kernels count cells, those of the padding too, in 32 bits. */
    private static final int WIDEST = 1 << 30;

    /** A window that moves by one cell, without gaps and padding. */
    public static WindowSpec dense(List<Integer> size) {
        List<Integer> ones = Collections.nCopies(size.size(), 1);
        return new WindowSpec(size, ones, ones, Padding.VALID);
    }

    /** A window of one cell, over so many spatial axes. */
    public static WindowSpec point(int rank) {
        return dense(Collections.nCopies(rank, 1));
    }

    /** The number of spatial axes. */
    public int rank() {
        return strides.size();
    }

    /** With another size; null while it is not known. */
    public WindowSpec withSize(List<Integer> value) {
        return new WindowSpec(value, strides, dilation, padding);
    }

    /** With other strides. */
    public WindowSpec withStrides(List<Integer> value) {
        return new WindowSpec(size, value, dilation, padding);
    }

    /** With another dilation. */
    public WindowSpec withDilation(List<Integer> value) {
        return new WindowSpec(size, strides, value, padding);
    }

    /** With another padding. */
    public WindowSpec withPadding(Padding value) {
        return new WindowSpec(size, strides, dilation, value);
    }

    /** [N, out.., channels]; an unknown extent stays unknown. */
    public Shape outputShape(SpatialLayer<?> layer, Shape input, int channels) {
        Shape output = input.withDim(-1, channels);
        for (int axis = 0; axis < rank(); axis++) {
            int in = input.dim(axis + 1);
            if (in == Shape.NONE) {
                continue;
            }
            if (padding != Padding.VALID && span(axis) > WIDEST) {
                throw layer.refuse(
                        "the window must span at most %d cells of the %s, got %d with gaps of %d; use a smaller window or dilation_rate"
                                .formatted(
                                        WIDEST,
                                        layer.axisName(axis),
                                        size.get(axis),
                                        dilation.get(axis)));
            }
            int smallest = padding == Padding.VALID ? span(axis) : 1;
            if (in < smallest) {
                throw layer.refuse(
                        "input's %s must be at least %s%s%s"
                                .formatted(
                                        layer.axisName(axis),
                                        smallest,
                                        padding == Padding.VALID
                                                ? " (the window spans that many cells), got " + in
                                                : ", got " + in,
                                        padding == Padding.VALID
                                                ? "; use a smaller window or padding SAME"
                                                : ""));
            }
            output = output.withDim(axis + 1, outputExtent(axis, in));
        }
        return output;
    }

    /** The window over an input whose spatial extents are known. */
    public Window over(Shape input) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (int axis = 0; axis < rank(); axis++) {
            int in = input.dim(axis + 1);
            int total =
                    switch (padding) {
                        case VALID -> 0;
                        case SAME -> samePadding(axis, in, outputExtent(axis, in));
                        case CAUSAL -> span(axis) - 1;
                    };
            before.add(padding == Padding.CAUSAL ? total : total / 2);
            after.add(total - before.get(axis));
        }
        Window window = new Window(size, strides, dilation, before, after);
        Shape output = input;
        for (int axis = 0; axis < rank(); axis++) {
            output = output.withDim(axis + 1, window.outputExtent(axis, input.dim(axis + 1)));
        }
        return window.canonical(input, output);
    }

    /**
     * The window of the convolution whose gradient a transposed convolution is: it would make
     * {@code in} out of {@code out}.
     */
    public Window transposed(Shape in, Shape out) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (int axis = 0; axis < rank(); axis++) {
            int total =
                    padding == Padding.VALID
                            ? 0
                            : samePadding(axis, out.dim(axis + 1), in.dim(axis + 1));
            before.add(total / 2);
            after.add(total - total / 2);
        }
        return new Window(size, strides, dilation, before, after).canonical(out, in);
    }

    /** Cells from the window's first to its last; at most the largest int, which no input has. */
    public int span(int axis) {
        return (int) Math.min(Integer.MAX_VALUE, (size.get(axis) - 1L) * dilation.get(axis) + 1);
    }

    private int outputExtent(int axis, int in) {
        int stride = strides.get(axis);
        return padding == Padding.VALID
                ? (in - span(axis)) / stride + 1
                : (int) (((long) in + stride - 1) / stride);
    }

    private int samePadding(int axis, int in, int out) {
        long reach = (out - 1L) * strides.get(axis) + span(axis);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(reach - in, 0));
    }
}
