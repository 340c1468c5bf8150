package dev.thaw.backend.cuda;

import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * The axes of a reduction, with neighbours of one kind merged and extents of 1 left out.
 *
 * @param extents of each group, first one first
 * @param reduced whether the group is reduced; neighbours differ
 */
record AxisGroups(int[] extents, boolean[] reduced) {
    /** Axes of each kind that the general kernel takes. */
    private static final int MOST = 3;

    static AxisGroups of(Shape shape, List<Integer> axes) {
        List<Integer> sizes = new ArrayList<>();
        List<Boolean> kinds = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            if (shape.dim(i) == 1) {
                continue;
            }
            boolean reduce = axes.contains(i);
            int last = sizes.size() - 1;
            if (last >= 0 && kinds.get(last) == reduce) {
                sizes.set(last, sizes.get(last) * shape.dim(i));
            } else {
                sizes.add(shape.dim(i));
                kinds.add(reduce);
            }
        }
        boolean[] reduced = new boolean[kinds.size()];
        for (int i = 0; i < reduced.length; i++) {
            reduced[i] = kinds.get(i);
        }
        return new AxisGroups(sizes.stream().mapToInt(n -> n).toArray(), reduced);
    }

    int last() {
        return extents[extents.length - 1];
    }

    /** Extents and strides of the kept and then of the reduced groups, three of each. */
    Arguments append(Arguments a) {
        for (boolean kind : new boolean[] {false, true}) {
            int[] sizes = {1, 1, 1};
            int[] steps = {0, 0, 0};
            int at = MOST;
            int stride = 1;
            for (int i = extents.length - 1; i >= 0; i--) {
                if (reduced[i] == kind) {
                    if (--at < 0) {
                        throw new IllegalStateException(
                                "cuda: a reduction has at most %s groups of axes of each kind"
                                        .formatted(MOST));
                    }
                    sizes[at] = extents[i];
                    steps[at] = stride;
                }
                stride *= extents[i];
            }
            a.integers(sizes).integers(steps);
        }
        return a;
    }
}
