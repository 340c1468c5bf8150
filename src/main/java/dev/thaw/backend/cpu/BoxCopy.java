package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;

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

    /**
     * An axis of the box.
     *
     * @param extent its cells
     * @param from distance of two of them at the source
     * @param to distance of two of them at the target
     */
    record Axis(int extent, int from, int to) {}

    /** Copies a row of n cells. */
    @FunctionalInterface
    private interface Row {
        void copy(int from, int to, int n);
    }

    private final Axis[] outer;
    private final Axis last;
    private final int pieces; // of a row
    private final int piece;
    private final int rows;
    private final int from;
    private final int to;
    private final Row row;
    private final Workers.Part part = this::part;

    /**
     * @param axes the box, outermost axis first
     * @param from the first cell at the source
     * @param to the first cell at the target
     */
    BoxCopy(List<Axis> axes, IntBuffer source, int from, IntBuffer target, int to) {
        List<Axis> merged = merged(axes);
        last = merged.remove(merged.size() - 1);
        outer = merged.toArray(Axis[]::new);
        this.from = from;
        this.to = to;
        piece = Math.min(PIECE, Math.max(1, last.extent));
        pieces = (last.extent + piece - 1) / piece;
        int count = pieces;
        for (Axis a : outer) {
            count = Math.multiplyExact(count, a.extent);
        }
        rows = count;
        row =
                last.from == 1 && last.to == 1 && last.extent >= BULK_PAYS
                        ? (f, t, n) -> target.put(t, source, f, n)
                        : (f, t, n) -> loop(source, f, last.from, target, t, last.to, n);
    }

    private static List<Axis> merged(List<Axis> axes) {
        List<Axis> merged = new ArrayList<>();
        for (Axis a : axes) {
            Axis before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (a.extent == 1) {
                continue;
            }
            if (before != null
                    && before.from == a.from * a.extent
                    && before.to == a.to * a.extent) {
                Axis both = new Axis(Math.multiplyExact(before.extent, a.extent), a.from, a.to);
                merged.set(merged.size() - 1, both);
            } else {
                merged.add(a);
            }
        }
        if (merged.isEmpty()) {
            merged.add(new Axis(1, 1, 1));
        }
        return merged;
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
        for (int r = first; r < end; r++) {
            int rest = r / pieces;
            int start = r % pieces * piece;
            int f = from + start * last.from;
            int t = to + start * last.to;
            for (int a = outer.length - 1; a >= 0; a--) {
                int index = rest % outer[a].extent;
                rest /= outer[a].extent;
                f += index * outer[a].from;
                t += index * outer[a].to;
            }
            row.copy(f, t, Math.min(piece, last.extent - start));
        }
    }
}
