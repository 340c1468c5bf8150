package dev.thaw.backend.cpu;

import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * A reduction as [outer.., rows, columns]: rows are reduced, columns kept and dense; the outer
 * axes, merged where they can be, are kept ones (which make groups, in the order of the result) and
 * reduced ones (which make spans of rows that belong together).
 */
final class ReductionShape {
    private record Axis(int extent, boolean reduced) {}

    /** Adjacent elements that are kept. */
    final int columns;

    /** Adjacent rows that are reduced. */
    final int rows;

    /** Results per column. */
    final int groups;

    /** Runs of rows that go into the same group. */
    final int spans;

    private final List<Axis> outer;

    ReductionShape(Shape shape, List<Integer> axes) {
        outer = merged(shape, axes);
        columns = takeLast(false);
        rows = takeLast(true);
        groups = product(false);
        spans = product(true);
    }

    private static List<Axis> merged(Shape shape, List<Integer> axes) {
        List<Axis> merged = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            int extent = shape.dim(i);
            boolean reduced = axes.contains(i);
            int last = merged.size() - 1;
            if (extent == 1) {
                continue;
            }
            if (last >= 0 && merged.get(last).reduced == reduced) {
                int both = Math.multiplyExact(merged.get(last).extent, extent);
                merged.set(last, new Axis(both, reduced));
            } else {
                merged.add(new Axis(extent, reduced));
            }
        }
        return merged;
    }

    private int takeLast(boolean reduced) {
        int last = outer.size() - 1;
        return last >= 0 && outer.get(last).reduced == reduced ? outer.remove(last).extent : 1;
    }

    private int product(boolean reduced) {
        return outer.stream()
                .filter(a -> a.reduced == reduced)
                .mapToInt(Axis::extent)
                .reduce(1, Math::multiplyExact);
    }

    /** Whether each group lies in one piece that fits into a tile. */
    boolean isShort() {
        return spans == 1 && (long) rows * columns <= Tiles.SIZE;
    }

    /** Where a span of a group begins. */
    int at(int group, int span) {
        int stride = rows * columns;
        int at = 0;
        for (int a = outer.size() - 1; a >= 0; a--) {
            Axis axis = outer.get(a);
            int index = axis.reduced ? span % axis.extent : group % axis.extent;
            at += index * stride;
            stride *= axis.extent;
            span = axis.reduced ? span / axis.extent : span;
            group = axis.reduced ? group : group / axis.extent;
        }
        return at;
    }
}
