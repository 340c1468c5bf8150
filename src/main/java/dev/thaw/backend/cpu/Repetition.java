package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;

import java.nio.FloatBuffer;

/**
 * Each element several times in a row, and back: wide[i M + m] = narrow[i], narrow[i] = sum over m
 * of wide[i M + m].
 *
 * @param elements the number of narrow elements
 * @param times M
 */
record Repetition(int elements, int times) {
    /** Narrow elements in a tile. */
    private int tile() {
        return Math.max(1, Tiles.SIZE / times);
    }

    private int grain() {
        return Math.max(1, Tiles.GRAIN / times);
    }

    Kernel widen(FloatBuffer narrow, FloatBuffer wide) {
        int tile = tile();
        float[][] from = new float[Workers.SLOTS][tile];
        float[][] to = new float[Workers.SLOTS][tile * times];
        return () ->
                Workers.run(
                        elements,
                        grain(),
                        tile,
                        (slot, begin, end) -> {
                            for (int at = begin; at < end; at += tile) {
                                int n = Math.min(tile, end - at);
                                narrow.get(at, from[slot], 0, n);
                                widen(from[slot], to[slot], n);
                                wide.put(at * times, to[slot], 0, n * times);
                            }
                        });
    }

    private void widen(float[] narrow, float[] wide, int n) {
        for (int m = 0; m < times; m++) {
            for (int i = 0; i < n; i++) {
                wide[i * times + m] = narrow[i];
            }
        }
    }

    Kernel narrow(FloatBuffer wide, FloatBuffer narrow) {
        int tile = tile();
        float[][] from = new float[Workers.SLOTS][tile * times];
        float[][] to = new float[Workers.SLOTS][tile];
        return () ->
                Workers.run(
                        elements,
                        grain(),
                        tile,
                        (slot, begin, end) -> {
                            for (int at = begin; at < end; at += tile) {
                                int n = Math.min(tile, end - at);
                                wide.get(at * times, from[slot], 0, n * times);
                                narrow(from[slot], to[slot], n);
                                narrow.put(at, to[slot], 0, n);
                            }
                        });
    }

    private void narrow(float[] wide, float[] narrow, int n) {
        for (int i = 0; i < n; i++) {
            float sum = 0;
            for (int m = 0; m < times; m++) {
                sum += wide[i * times + m];
            }
            narrow[i] = sum;
        }
    }
}
