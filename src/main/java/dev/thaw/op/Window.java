package dev.thaw.op;

import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * How a window moves over the spatial axes of a channels-last tensor; one entry per spatial axis.
 *
 * @param size extents of the window, in cells
 * @param strides steps of the window, in cells
 * @param dilation distance between two cells of the window
 * @param padBefore cells of padding before the first cell
 * @param padAfter cells of padding after the last cell
 */
public record Window(
        List<Integer> size,
        List<Integer> strides,
        List<Integer> dilation,
        List<Integer> padBefore,
        List<Integer> padAfter) {
    /** Keeps its own copies of the lists. */
    public Window {
        size = List.copyOf(size);
        strides = List.copyOf(strides);
        dilation = List.copyOf(dilation);
        padBefore = List.copyOf(padBefore);
        padAfter = List.copyOf(padAfter);
    }

    /** The number of spatial axes. */
    public int rank() {
        return size.size();
    }

    /** Cells that the dilated window spans along an axis: (size - 1) dilation + 1. */
    public long span(int axis) {
        return (size.get(axis) - 1L) * dilation.get(axis) + 1;
    }

    /**
     * Output cells along an axis for an input of that many cells: floor((in + pads - span) /
     * stride) + 1.
     */
    public int outputExtent(int axis, int in) {
        long free = (long) in + padBefore.get(axis) + padAfter.get(axis) - span(axis);
        return free < 0 ? 0 : Math.toIntExact(free / strides.get(axis) + 1);
    }

    /** The input cell along an axis where this output's window begins; below 0 in the padding. */
    public long begin(int axis, int output) {
        return (long) output * strides.get(axis) - padBefore.get(axis);
    }

    /**
     * The first cell of this output's window along an axis that does not lie in the padding before
     * the input; at least the window's size where all do.
     */
    public long firstInside(int axis, int output) {
        long d = dilation.get(axis);
        long begin = begin(axis, output);
        return begin >= 0 ? 0 : (d - 1 - begin) / d;
    }

    /** Whether the window of this output along an axis has a cell that lies within the input. */
    public boolean sees(int axis, int output, int in) {
        long first = firstInside(axis, output);
        return first < size.get(axis) && begin(axis, output) + first * dilation.get(axis) < in;
    }

    /**
     * The same on these images and outputs [N, spatial.., C], with no more padding after than the
     * last output needs, the least stride where there is one output, and dilation 1 where the
     * window has one cell: libraries reserve room and unroll by what they see.
     */
    public Window canonical(Shape images, Shape outputs) {
        List<Integer> near = instead(dilation, i -> size.get(i) == 1 ? 1 : dilation.get(i));
        int[] step = new int[rank()];
        int[] after = new int[rank()];
        for (int i = 0; i < rank(); i++) {
            long span = (size.get(i) - 1L) * near.get(i) + 1;
            long rest = (long) images.dim(i + 1) + padBefore.get(i) - span;
            int outs = outputs.dim(i + 1);
            step[i] =
                    outs > 1
                            ? strides.get(i)
                            : (int) Math.min(strides.get(i), Math.max(1, rest + 1));
            after[i] = (int) Math.max(0, (outs - 1L) * step[i] - rest);
        }
        return new Window(
                size,
                instead(strides, i -> step[i]),
                near,
                padBefore,
                instead(padAfter, i -> after[i]));
    }

    /**
     * The same on these images and outputs [N, spatial.., C], without the cells at its ends that
     * lie in the padding for every output: for windows without filters, and without dilation.
     */
    public Window cut(Shape images, Shape outputs) {
        int[] first = new int[rank()];
        int[] last = new int[rank()];
        int[] after = new int[rank()];
        for (int i = 0; i < rank(); i++) {
            int in = images.dim(i + 1);
            long reach = (outputs.dim(i + 1) - 1L) * strides.get(i);
            int pad = padBefore.get(i);
            first[i] = (int) Math.min(size.get(i) - 1L, Math.max(0, pad - reach));
            last[i] = (int) Math.max(first[i], Math.min(size.get(i), (long) in + pad) - 1);
            after[i] = (int) Math.max(0, reach + last[i] + 1 - pad - in);
        }
        return new Window(
                instead(size, i -> last[i] - first[i] + 1),
                strides,
                dilation,
                instead(padBefore, i -> padBefore.get(i) - first[i]),
                instead(padAfter, i -> after[i]));
    }

    private static List<Integer> instead(List<Integer> numbers, IntUnaryOperator by) {
        return IntStream.range(0, numbers.size()).map(by).boxed().toList();
    }
}
