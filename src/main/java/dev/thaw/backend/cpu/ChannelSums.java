package dev.thaw.backend.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Sums over the elements of each channel. Floats add up within a tile, doubles from tile to tile,
 * in an order that depends on the shape alone.
 */
final class ChannelSums {
    private final ChannelTiles tiles;
    private final int widest;
    private final float[][][] groups = new float[Workers.SLOTS][ChannelTiles.GROUP][Tiles.SIZE];
    private final float[][] tile;
    private final float[][] other;
    private final float[][] pivots;
    private final float[][] sums;
    private final float[][] products;
    private final double[][] first;
    private final double[][] second;
    private final double[] ofUnits;
    private final double[] alsoOfUnits;

    ChannelSums(ChannelTiles tiles) {
        this.tiles = tiles;
        widest = tiles.widestPanel();
        tile = Tiles.perSlot();
        other = Tiles.perSlot();
        pivots = Tiles.perSlot();
        sums = Tiles.perSlot();
        products = Tiles.perSlot();
        first = new double[Workers.SLOTS][widest];
        second = new double[Workers.SLOTS][widest];
        ofUnits = new double[tiles.units * widest];
        alsoOfUnits = new double[tiles.units * widest];
    }

    /**
     * The mean, and the sum of squared deviations from it, of each channel. A group of tiles is
     * summed twice while it is in the cache, for its own mean and for the deviations from that;
     * groups are merged by Chan's formula. No difference of large sums occurs.
     */
    void moments(FloatBuffer x, double[] mean, double[] squares) {
        tiles.run((slot, unit, panel, from, to) -> momentsOf(x, slot, unit, panel, from, to));
        double[] count = new double[tiles.channels];
        Arrays.fill(mean, 0);
        Arrays.fill(squares, 0);
        tiles.forEachUnit(
                (slot, unit, panel, from, to) -> {
                    for (int c = 0; c < panel.channels; c++) {
                        int at = panel.firstChannel + c;
                        double n = (double) (to - from) * panel.columnsOf[c];
                        double delta = ofUnits[unit * widest + c] - mean[at];
                        double all = count[at] + n;
                        mean[at] += delta * n / all;
                        squares[at] +=
                                alsoOfUnits[unit * widest + c]
                                        + delta * delta * count[at] * n / all;
                        count[at] = all;
                    }
                });
    }

    private void momentsOf(
            FloatBuffer x, int slot, int unit, ChannelTiles.Panel p, int from, int to) {
        float[][] group = groups[slot];
        float[] pivot = pivots[slot];
        double[] s = first[slot];
        double[] q = second[slot];
        int step = p.tileRows * ChannelTiles.GROUP;
        for (int row = from; row < to; row += step) {
            int end = Math.min(to, row + step);
            int tile = 0;
            for (int r = row; r < end; r += p.tileRows, tile++) {
                addUp(group[tile], sums[slot], p.load(x, r, end, group[tile]));
            }
            Arrays.fill(s, 0);
            p.fold(sums[slot], s);
            for (int c = 0; c < p.channels; c++) {
                s[c] /= (double) (end - row) * p.columnsOf[c];
            }
            p.spread(s, pivot);
            tile = 0;
            for (int r = row; r < end; r += p.tileRows, tile++) {
                int n = Math.min(p.tileRows, end - r) * p.width;
                addDeviations(group[tile], pivot, sums[slot], products[slot], n);
            }
            Arrays.fill(s, 0);
            Arrays.fill(q, 0);
            p.fold(sums[slot], s);
            p.fold(products[slot], q);
            merge(p, row - from, end - row, unit * widest, pivot, s, q);
        }
    }

    /** Adds a group's deviations from its pivots to the moments of the unit's earlier rows. */
    private void merge(
            ChannelTiles.Panel p,
            int before,
            int rows,
            int at,
            float[] pivot,
            double[] s,
            double[] q) {
        for (int j = 0, c = 0; c < p.channels; j += p.columnsOf[c], c++) {
            double n = (double) rows * p.columnsOf[c];
            double earlier = (double) before * p.columnsOf[c];
            double mean = pivot[j] + s[c] / n;
            double squares = q[c] - s[c] * s[c] / n;
            if (before == 0) {
                ofUnits[at + c] = mean;
                alsoOfUnits[at + c] = squares;
            } else {
                double delta = mean - ofUnits[at + c];
                double all = earlier + n;
                ofUnits[at + c] += delta * n / all;
                alsoOfUnits[at + c] += squares + delta * delta * earlier * n / all;
            }
        }
    }

    /** sum(dy) and sum(dy (x - mean)) of each channel. */
    void products(FloatBuffer x, FloatBuffer dy, float[] mean, double[] sum, double[] product) {
        tiles.run(
                (slot, unit, p, from, to) -> {
                    Arrays.fill(first[slot], 0);
                    Arrays.fill(second[slot], 0);
                    p.spread(mean, pivots[slot]);
                    int step = p.tileRows * ChannelTiles.GROUP;
                    for (int row = from; row < to; row += step) {
                        int end = Math.min(to, row + step);
                        for (int r = row; r < end; r += p.tileRows) {
                            p.load(x, r, end, tile[slot]);
                            int n = p.load(dy, r, end, other[slot]);
                            addProducts(
                                    tile[slot],
                                    pivots[slot],
                                    other[slot],
                                    sums[slot],
                                    products[slot],
                                    n);
                        }
                        p.fold(sums[slot], first[slot]);
                        p.fold(products[slot], second[slot]);
                    }
                    System.arraycopy(first[slot], 0, ofUnits, unit * widest, p.channels);
                    System.arraycopy(second[slot], 0, alsoOfUnits, unit * widest, p.channels);
                });
        Arrays.fill(sum, 0);
        Arrays.fill(product, 0);
        tiles.forEachUnit(
                (slot, unit, p, from, to) -> {
                    for (int c = 0; c < p.channels; c++) {
                        sum[p.firstChannel + c] += ofUnits[unit * widest + c];
                        product[p.firstChannel + c] += alsoOfUnits[unit * widest + c];
                    }
                });
    }

    private static void addUp(float[] x, float[] sum, int n) {
        for (int j = 0; j < n; j++) {
            sum[j] += x[j];
        }
    }

    private static void addDeviations(
            float[] x, float[] pivot, float[] sum, float[] squares, int n) {
        for (int j = 0; j < n; j++) {
            float d = x[j] - pivot[j];
            sum[j] += d;
            squares[j] += d * d;
        }
    }

    private static void addProducts(
            float[] x, float[] mean, float[] dy, float[] sum, float[] products, int n) {
        for (int j = 0; j < n; j++) {
            sum[j] += dy[j];
            products[j] += dy[j] * (x[j] - mean[j]);
        }
    }
}
