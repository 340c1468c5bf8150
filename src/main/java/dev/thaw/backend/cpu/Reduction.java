package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A reduction of groups that are longer than a tile. A piece of work is a group, a chunk of its
 * columns, and a section of its rows; sections are made only where there are too few groups to
 * share among threads, by sizes alone, so that results do not depend on the machine.
 */
final class Reduction implements Kernel {
    /** Pieces that are enough to share. */
    private static final int PIECES = 16;

    private final ReductionShape shape;
    private final Fold fold;
    private final double factor;
    private final FloatBuffer x;
    private final FloatBuffer y;
    private final int width; // columns of a chunk
    private final int chunks;
    private final int sections;
    private final int sectionRows;
    private final int pieces;
    private final int perTile; // rows that a tile holds
    private final float[][] tiles = Tiles.perSlot();
    private final float[][] lanes = Tiles.perSlot();
    private final double[][] sums = new double[Workers.SLOTS][Tiles.SIZE];
    private final double[] partial;
    private final float[][] results = Tiles.perSlot();
    private final Workers.Part part = this::part;

    Reduction(ReductionShape shape, Fold fold, double factor, FloatBuffer x, FloatBuffer y) {
        this.shape = shape;
        this.fold = fold;
        this.factor = factor;
        this.x = x;
        this.y = y;
        width = Math.max(1, Math.min(shape.columns, Tiles.SIZE));
        chunks = (shape.columns + width - 1) / width;
        perTile = width < shape.columns ? 1 : Tiles.SIZE / width;
        int whole = shape.groups * chunks;
        int wanted = whole == 0 || whole >= PIECES ? 1 : PIECES / whole;
        long tilesOfGroup = (shape.rows + perTile - 1) / perTile;
        long most = Math.max(1, tilesOfGroup / (2 * Fold.DEPTH));
        int tilesPerSection = (int) (-Math.floorDiv(-tilesOfGroup, Math.min(wanted, most)));
        sectionRows = Math.max(1, tilesPerSection * perTile);
        sections = Math.max(1, (shape.rows + sectionRows - 1) / sectionRows);
        pieces = whole * sections;
        partial = new double[sections == 1 ? 0 : pieces * width];
    }

    @Override
    public void launch() {
        long work = (long) Math.min(sectionRows, shape.rows) * width * shape.spans;
        Workers.run(pieces, (int) (Tiles.GRAIN / 2 / Math.max(1, work)), 1, part);
        if (sections > 1) {
            for (int piece = 0; piece < pieces; piece += sections) {
                combine(piece);
            }
        }
    }

    private void part(int slot, int from, int to) {
        for (int piece = from; piece < to; piece++) {
            int section = piece % sections;
            int chunk = piece / sections % chunks;
            int group = piece / sections / chunks;
            int first = chunk * width;
            int n = Math.min(width, shape.columns - first);
            double[] sum = fold(slot, group, first, n, section);
            if (sections > 1) {
                System.arraycopy(sum, 0, partial, piece * width, n);
            } else {
                write(slot, sum, group * shape.columns + first, n);
            }
        }
    }

    /** Folds a section of all spans of a group; the first n of the answer hold the columns. */
    private double[] fold(int slot, int group, int first, int n, int section) {
        int from = section * sectionRows;
        int to = Math.min(shape.rows, from + sectionRows);
        int span = Math.min(perTile, to - from) * n;
        float[] tile = tiles[slot];
        float[] lane = lanes[slot];
        double[] sum = sums[slot];
        Arrays.fill(sum, 0, span, fold.nothing);
        Arrays.fill(lane, 0, span, (float) fold.nothing);
        int depth = 0;
        for (int s = 0; s < shape.spans; s++) {
            int base = shape.at(group, s) + first;
            for (int row = from; row < to; row += perTile) {
                int length = Math.min(perTile, to - row) * n;
                x.get(base + row * shape.columns, tile, 0, length);
                fold.lanes(lane, tile, length);
                if (++depth == Fold.DEPTH) {
                    flush(sum, lane, span);
                    depth = 0;
                }
            }
        }
        flush(sum, lane, span);
        for (int c = 0; c < n; c++) {
            sum[c] = fold.all(sum, c, n, span);
        }
        return sum;
    }

    private void flush(double[] sum, float[] lane, int n) {
        fold.wide(sum, lane, n);
        Arrays.fill(lane, 0, n, (float) fold.nothing);
    }

    private void combine(int piece) {
        int chunk = piece / sections % chunks;
        int group = piece / sections / chunks;
        int n = Math.min(width, shape.columns - chunk * width);
        double[] sum = sums[0];
        int from = piece * width;
        for (int c = 0; c < n; c++) {
            sum[c] = fold.all(partial, from + c, width, from + sections * width);
        }
        write(0, sum, group * shape.columns + chunk * width, n);
    }

    private void write(int slot, double[] sum, int at, int n) {
        float[] result = results[slot];
        for (int c = 0; c < n; c++) {
            result[c] = (float) (sum[c] * factor);
        }
        y.put(at, result, 0, n);
    }
}
