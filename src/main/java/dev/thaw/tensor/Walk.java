package dev.thaw.tensor;

import java.util.Arrays;

/**
 * A walk over the elements of a box, row-major, beside operands of which each has strides of its
 * own. It has as few axes as possible: those of extent 1 are left out, and neighbours that every
 * operand passes through in one go are merged.
 *
 * @param extents of the axes, outermost first
 * @param strides by operand, then by axis, in elements
 */
public record Walk(int[] extents, int[][] strides) {
    /** Over a shape, beside operands that are broadcast to it: one that repeats has stride 0. */
    public static Walk over(Shape whole, Shape... operands) {
        return merged(
                whole, Arrays.stream(operands).map(o -> o.stridesIn(whole)).toArray(int[][]::new));
    }

    /** Over a box of these extents, beside operands of these strides, one for each axis. */
    public static Walk merged(Shape box, int[]... strides) {
        int[] extents = new int[box.rank()];
        int[][] kept = new int[strides.length][box.rank()];
        int n = 0;
        for (int axis = 0; axis < box.rank(); axis++) {
            int extent = box.dim(axis);
            if (extent == 1) {
                continue;
            }
            if (n > 0 && continues(kept, n - 1, strides, axis, extent)) {
                extents[n - 1] = merged(box, (long) extents[n - 1] * extent);
            } else {
                extents[n++] = extent;
            }
            for (int o = 0; o < strides.length; o++) {
                kept[o][n - 1] = strides[o][axis];
            }
        }
        int rank = n;
        return new Walk(
                Arrays.copyOf(extents, rank),
                Arrays.stream(kept).map(s -> Arrays.copyOf(s, rank)).toArray(int[][]::new));
    }

    private static int merged(Shape box, long extent) {
        if (extent > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a walk takes fewer than 2^31 elements in one go, got %d of shape %s; take a smaller batch or smaller extents"
                            .formatted(extent, box));
        }
        return (int) extent;
    }

    private static boolean continues(
            int[][] outer, int last, int[][] strides, int axis, int extent) {
        for (int o = 0; o < strides.length; o++) {
            // as strides are made: an extent of 0 counts as 1
            if (outer[o][last] != (long) strides[o][axis] * Math.max(1, extent)) {
                return false;
            }
        }
        return true;
    }

    /** The number of axes. */
    public int rank() {
        return extents.length;
    }

    /** How many elements of an operand lie between neighbours along an axis. */
    public int stride(int operand, int axis) {
        return strides[operand][axis];
    }
}
