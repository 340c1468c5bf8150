package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
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

    static FloatBuffer floats(Value v, Function<Value, Buffer> buffers) {
        return ((CpuBuffer) buffers.apply(v)).floats();
    }

    static LongBuffer longs(Value v, Function<Value, Buffer> buffers) {
        return ((CpuBuffer) buffers.apply(v)).longs();
    }
}
