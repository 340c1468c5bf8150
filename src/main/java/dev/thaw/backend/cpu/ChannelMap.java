package dev.thaw.backend.cpu;

import dev.thaw.op.Rectifier;

import java.nio.FloatBuffer;

/** Formulas that are applied to each element with constants of its channel. */
final class ChannelMap {
    private final ChannelTiles tiles;
    private final FloatBuffer x;
    private final FloatBuffer dy;
    private final FloatBuffer result;
    private final float[][] xs;
    private final float[][] dys;
    private final float[][] a;
    private final float[][] b;
    private final float[][] c;
    private final float[][] d;

    ChannelMap(ChannelTiles tiles, FloatBuffer x, FloatBuffer dy, FloatBuffer result) {
        this.tiles = tiles;
        this.x = x;
        this.dy = dy;
        this.result = result;
        xs = Tiles.perSlot();
        dys = Tiles.perSlot();
        a = Tiles.perSlot();
        b = Tiles.perSlot();
        c = Tiles.perSlot();
        d = Tiles.perSlot();
    }

    /** result = r((x - mean) factor + shift + residual). */
    void normalize(
            float[] mean,
            float[] factor,
            float[] shift,
            FloatBuffer residual,
            Rectifier rectifier) {
        tiles.run(
                (slot, unit, p, from, to) -> {
                    p.spread(mean, a[slot]);
                    p.spread(factor, b[slot]);
                    p.spread(shift, c[slot]);
                    for (int row = from; row < to; row += p.tileRows) {
                        float[] t = xs[slot];
                        int n = p.load(x, row, to, t);
                        normalize(t, a[slot], b[slot], c[slot], n);
                        if (residual != null) {
                            p.load(residual, row, to, dys[slot]);
                            Epilogue.add(t, dys[slot], n);
                        }
                        Epilogue.rectify(t, rectifier, n);
                        p.store(t, row, n, result);
                    }
                });
    }

    private static void normalize(float[] x, float[] mean, float[] factor, float[] shift, int n) {
        for (int j = 0; j < n; j++) {
            x[j] = (x[j] - mean[j]) * factor[j] + shift[j];
        }
    }

    /** result = factor (dy - meanUpstream - (x - mean) slope). */
    void gradient(float[] mean, float[] meanUpstream, float[] slope, float[] factor) {
        tiles.run(
                (slot, unit, p, from, to) -> {
                    p.spread(mean, a[slot]);
                    p.spread(meanUpstream, b[slot]);
                    p.spread(slope, c[slot]);
                    p.spread(factor, d[slot]);
                    for (int row = from; row < to; row += p.tileRows) {
                        int n = p.load(x, row, to, xs[slot]);
                        p.load(dy, row, to, dys[slot]);
                        gradient(xs[slot], dys[slot], a[slot], b[slot], c[slot], d[slot], n);
                        p.store(dys[slot], row, n, result);
                    }
                });
    }

    private static void gradient(
            float[] x,
            float[] dy,
            float[] mean,
            float[] meanUpstream,
            float[] slope,
            float[] factor,
            int n) {
        for (int j = 0; j < n; j++) {
            dy[j] = factor[j] * (dy[j] - meanUpstream[j] - (x[j] - mean[j]) * slope[j]);
        }
    }

    /** result = factor dy. */
    void scale(float[] factor) {
        tiles.run(
                (slot, unit, p, from, to) -> {
                    p.spread(factor, a[slot]);
                    for (int row = from; row < to; row += p.tileRows) {
                        int n = p.load(dy, row, to, dys[slot]);
                        scale(dys[slot], a[slot], n);
                        p.store(dys[slot], row, n, result);
                    }
                });
    }

    private static void scale(float[] dy, float[] factor, int n) {
        for (int j = 0; j < n; j++) {
            dy[j] *= factor[j];
        }
    }
}
