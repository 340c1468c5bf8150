package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;

import java.nio.FloatBuffer;

/** A reduction of groups that fit into a tile, as many at a time as it holds. */
final class ShortRows implements Kernel {
    private final Fold fold;
    private final double factor;
    private final FloatBuffer x;
    private final FloatBuffer y;
    private final int groups;
    private final int columns;
    private final int length;
    private final int perTile;
    private final float[][] tiles = Tiles.perSlot();
    private final float[][] results = Tiles.perSlot();
    private final Workers.Part part = this::part;

    ShortRows(ReductionShape shape, Fold fold, double factor, FloatBuffer x, FloatBuffer y) {
        this.fold = fold;
        this.factor = factor;
        this.x = x;
        this.y = y;
        groups = shape.groups;
        columns = shape.columns;
        length = shape.rows * columns;
        perTile = Tiles.SIZE / Math.max(1, Math.max(columns, length));
    }

    @Override
    public void launch() {
        Workers.run(groups, Tiles.GRAIN / 4 / Math.max(1, length), perTile, part);
    }

    private void part(int slot, int from, int to) {
        float[] tile = tiles[slot];
        float[] result = results[slot];
        for (int group = from; group < to; group += perTile) {
            int n = Math.min(perTile, to - group);
            x.get(group * length, tile, 0, n * length);
            for (int g = 0; g < n; g++) {
                int at = g * length;
                for (int c = 0; c < columns; c++) {
                    result[g * columns + c] =
                            (float) (factor * fold.all(tile, at + c, columns, at + length));
                }
            }
            y.put(group * columns, result, 0, n * columns);
        }
    }
}
