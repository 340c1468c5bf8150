package dev.thaw.layer.reshaping;

import dev.thaw.layer.Layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cells before and after along each spatial axis. */
final class Sides {
    private Sides() {}

    /** Pairs of one number for all sides, one for each axis, or two for each axis. */
    static List<List<Integer>> of(Layer layer, String property, int axes, int... cells) {
        List<List<Integer>> pairs = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            if (cells.length == 2 * axes) {
                pairs.add(List.of(cells[2 * axis], cells[2 * axis + 1]));
            } else if (cells.length == 1 || cells.length == axes) {
                int both = cells[cells.length == 1 ? 0 : axis];
                pairs.add(List.of(both, both));
            } else {
                throw layer.refuse(
                        "%s must be one number, %d or %d, got %s"
                                .formatted(property, axes, 2 * axes, Arrays.toString(cells)));
            }
        }
        return List.copyOf(pairs);
    }

    /** Where the inner box begins along each axis of [N, spatial.., C]. */
    static List<Integer> begin(List<List<Integer>> sides) {
        List<Integer> begin = new ArrayList<>();
        begin.add(0);
        sides.forEach(s -> begin.add(s.get(0)));
        begin.add(0);
        return begin;
    }
}
