package dev.thaw.op;

import java.util.List;

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
    public int span(int axis) {
        return (size.get(axis) - 1) * dilation.get(axis) + 1;
    }

    /**
     * Output cells along an axis for an input of that many cells: floor((in + pads - span) /
     * stride) + 1.
     */
    public int outputExtent(int axis, int in) {
        int free = in + padBefore.get(axis) + padAfter.get(axis) - span(axis);
        return free < 0 ? 0 : free / strides.get(axis) + 1;
    }
}
