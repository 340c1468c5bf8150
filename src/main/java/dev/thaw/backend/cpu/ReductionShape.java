package dev.thaw.backend.cpu;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

/**
 * A reduction as [outer.., rows, columns]: rows are reduced, columns kept and dense; the outer
 * axes, merged where they can be, are kept ones (which make groups, in the order of the result) and
 * reduced ones (which make spans of rows that belong together).
 */
final class ReductionShape {
    /** Adjacent elements that are kept. */
    final int columns;

    /** Adjacent rows that are reduced. */
    final int rows;

    /** Results per column. */
    final int groups;

    /** Runs of rows that go into the same group. */
    final int spans;

    /** Over x, beside x and the result, which stands still where x is reduced. */
    private final Walk walk;

    private final int outer; // axes before rows and columns

    ReductionShape(Shape x, Shape y) {
        walk = Walk.over(x, x, y);
        int last = walk.rank() - 1;
        boolean keepsLast = last >= 0 && !isReduced(last);
        columns = keepsLast ? walk.extents()[last--] : 1;
        rows = last >= 0 && isReduced(last) ? walk.extents()[last--] : 1;
        outer = last + 1;
        groups = product(false);
        spans = product(true);
    }

    private boolean isReduced(int axis) {
        return walk.stride(1, axis) == 0;
    }

    private int product(boolean reduced) {
        int n = 1;
        for (int a = 0; a < outer; a++) {
            n = isReduced(a) == reduced ? Math.multiplyExact(n, walk.extents()[a]) : n;
        }
        return n;
    }

    /** Whether each group lies in one piece that fits into a tile. */
    boolean isShort() {
        return spans == 1 && (long) rows * columns <= Tiles.SIZE;
    }

    /** Where a span of a group begins. */
    int at(int group, int span) {
        int at = 0;
        for (int a = outer - 1; a >= 0; a--) {
            int extent = walk.extents()[a];
            if (isReduced(a)) {
                at += span % extent * walk.stride(0, a);
                span /= extent;
            } else {
                at += group % extent * walk.stride(0, a);
                group /= extent;
            }
        }
        return at;
    }
}
