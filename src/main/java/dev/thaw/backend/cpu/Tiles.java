package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.function.Function;

/**
 * Tiles of native memory are staged in heap arrays: the JVM vectorises a plain loop over arrays,
 * but not one over direct buffers, and the two copies cost less than that is worth.
 */
final class Tiles {
    /**
     * Floats in a tile: long enough to hide the calls, short enough for several in the L1 cache.
     */
    static final int SIZE = 512;

    /** Elements of a cheap loop for which a second thread pays. */
    static final int GRAIN = 128 * 1024;

    private Tiles() {}

    /** One tile for each part of a parallel loop. */
    static float[][] perSlot() {
        return new float[Workers.SLOTS][SIZE];
    }

    /** A formula over a tile, in place. */
    @FunctionalInterface
    interface Formula {
        /**
         * Replaces the first n numbers.
         *
         * @param beside another operand's numbers; null where there is none
         */
        void apply(float[] beside, float[] x, int n);
    }

    /** Replaces n numbers by those of a formula, tile by tile; {@code beside} may be null. */
    static Kernel map(int size, FloatBuffer beside, FloatBuffer x, FloatBuffer y, Formula f) {
        float[][] others = beside == null ? new float[Workers.SLOTS][] : perSlot();
        float[][] tiles = perSlot();
        Workers.Part part =
                (slot, from, to) -> {
                    float[] other = others[slot];
                    float[] tile = tiles[slot];
                    for (int i = from; i < to; i += SIZE) {
                        int n = Math.min(SIZE, to - i);
                        if (beside != null) {
                            beside.get(i, other, 0, n);
                        }
                        x.get(i, tile, 0, n);
                        f.apply(other, tile, n);
                        y.put(i, tile, 0, n);
                    }
                };
        return () -> Workers.run(size, GRAIN, SIZE, part);
    }

    static FloatBuffer floats(Value v, Function<Value, Buffer> buffers) {
        return ((CpuBuffer) buffers.apply(v)).floats();
    }

    static LongBuffer longs(Value v, Function<Value, Buffer> buffers) {
        return ((CpuBuffer) buffers.apply(v)).longs();
    }
}
