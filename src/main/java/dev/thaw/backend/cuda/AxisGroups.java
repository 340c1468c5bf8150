package dev.thaw.backend.cuda;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

/**
 * The axes of a reduction, with neighbours of one kind merged and extents of 1 left out.
 *
 * @param walk over x, beside x and the result, which stands still where x is reduced
 */
record AxisGroups(Walk walk) {
    /** Axes of each kind that the general kernel takes. */
    private static final int MOST = 3;

    static AxisGroups of(Shape x, Shape y) {
        return new AxisGroups(Walk.over(x, x, y));
    }

    int count() {
        return walk.rank();
    }

    int extent(int group) {
        return walk.extents()[group];
    }

    /** Whether a group is reduced; neighbours differ. */
    boolean reduced(int group) {
        return walk.stride(1, group) == 0;
    }

    /** Extents and strides of the kept and then of the reduced groups, three of each. */
    Arguments append(Arguments a) {
        for (boolean kind : new boolean[] {false, true}) {
            int[] sizes = {1, 1, 1};
            int[] steps = {0, 0, 0};
            int at = MOST;
            for (int i = count() - 1; i >= 0; i--) {
                if (reduced(i) != kind) {
                    continue;
                }
                if (--at < 0) {
                    throw new IllegalStateException(
                            "cuda: a reduction has at most %d groups of axes of each kind"
                                    .formatted(MOST));
                }
                sizes[at] = extent(i);
                steps[at] = walk.stride(0, i);
            }
            a.integers(sizes).integers(steps);
        }
        return a;
    }
}
