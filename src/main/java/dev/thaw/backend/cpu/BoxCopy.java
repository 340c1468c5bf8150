package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.tensor.Walk;

import java.nio.IntBuffer;

/**
 * Copies a box of cells of 4 bytes, whatever they mean, from one layout to another. Axes that are
 * adjacent on both sides are merged; the last one is a row, copied in one piece where it is dense
 * on both sides.
 */
final class BoxCopy implements Kernel {
    /** Cells from which a bulk copy beats a loop. */
    private static final int BULK_PAYS = 12;

    /** Cells of a long row that are copied at a time, so that threads can share it. */
    private static final int PIECE = 64 * 1024;

    /** Cells for which a second thread pays. */
    private static final int GRAIN = 128 * 1024;

    private static final Walk ONE_CELL = new Walk(new int[] {1}, new int[][] {{1}, {1}});

    /** Copies a row of n cells. */
    @FunctionalInterface
    private interface Row {
        void copy(int from, int to, int n);
    }

    private final Walk walk;
    private final int last; // extent of a row
    private final int pieces; // of a row
    private final int piece;
    private final int rows;
    private final int from;
    private final int to;
    private final Row row;
    private final Workers.Part part = this::part;

    /**
     * @param walk over the box, beside the source and the target
     * @param from the first cell at the source
     * @param to the first cell at the target
     */
    BoxCopy(Walk walk, IntBuffer source, int from, IntBuffer target, int to) {
        this.walk = walk.rank() == 0 ? ONE_CELL : walk;
        this.from = from;
        this.to = to;
        int axis = this.walk.rank() - 1;
        last = this.walk.extents()[axis];
        int step = this.walk.stride(0, axis);
        int stride = this.walk.stride(1, axis);
        piece = Math.min(PIECE, Math.max(1, last));
        pieces = (last + piece - 1) / piece;
        int count = pieces;
        for (int a = 0; a < axis; a++) {
            count = Math.multiplyExact(count, this.walk.extents()[a]);
        }
        rows = count;
        row =
                step == 1 && stride == 1 && last >= BULK_PAYS
                        ? (f, t, n) -> target.put(t, source, f, n)
                        : (f, t, n) -> loop(source, f, step, target, t, stride, n);
    }

    private static void loop(
            IntBuffer source, int from, int step, IntBuffer target, int to, int stride, int n) {
        for (int i = 0; i < n; i++) {
            target.put(to + i * stride, source.get(from + i * step));
        }
    }

    @Override
    public void launch() {
        Workers.run(rows, GRAIN / piece, 1, part);
    }

    private void part(int slot, int first, int end) {
        int axis = walk.rank() - 1;
        for (int r = first; r < end; r++) {
            int rest = r / pieces;
            int start = r % pieces * piece;
            int f = from + start * walk.stride(0, axis);
            int t = to + start * walk.stride(1, axis);
            for (int a = axis - 1; a >= 0; a--) {
                int index = rest % walk.extents()[a];
                rest /= walk.extents()[a];
                f += index * walk.stride(0, a);
                t += index * walk.stride(1, a);
            }
            row.copy(f, t, Math.min(piece, last - start));
        }
    }
}
