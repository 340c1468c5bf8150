package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A loop over the elements of many tensors as if they were one. Each operand is a list of tensors,
 * of the same sizes from list to list; a tile of each operand is in the heap at a time.
 */
final class MultiTensor {
    /** What is done to the first n elements of the operands' tiles. */
    @FunctionalInterface
    interface Loop {
        void run(float[][] tiles, int n);
    }

    /** Elements of such a loop for which a second thread pays. */
    private static final int GRAIN = 32 * 1024;

    /** What a tile holds: the same part of each operand. */
    private record Chunk(int tensor, int at, int length) {}

    private final List<FloatBuffer[]> operands = new ArrayList<>();
    private final int written;
    private final Chunk[] chunks;
    private final Loop[] loops;
    private final float[][][] tiles;
    private final Workers.Part part = this::part;

    /**
     * @param written how many operands, the first ones, are written back
     * @param lists the operands
     */
    MultiTensor(
            int written,
            List<List<Value>> lists,
            List<Loop> loops,
            Function<Value, Buffer> buffers) {
        for (List<Value> list : lists) {
            operands.add(
                    list.stream().map(v -> Tiles.floats(v, buffers)).toArray(FloatBuffer[]::new));
        }
        this.written = written;
        this.loops = loops.toArray(Loop[]::new);
        chunks = chunks(lists.get(0));
        tiles = new float[Workers.SLOTS][lists.size()][Tiles.SIZE];
    }

    private static Chunk[] chunks(List<Value> tensors) {
        List<Chunk> chunks = new ArrayList<>();
        for (int t = 0; t < tensors.size(); t++) {
            int size = Math.toIntExact(tensors.get(t).size());
            for (int at = 0; at < size; at += Tiles.SIZE) {
                chunks.add(new Chunk(t, at, Math.min(Tiles.SIZE, size - at)));
            }
        }
        return chunks.toArray(Chunk[]::new);
    }

    void run() {
        Workers.run(chunks.length, GRAIN / Tiles.SIZE, 1, part);
    }

    private void part(int slot, int from, int to) {
        float[][] tile = tiles[slot];
        for (int i = from; i < to; i++) {
            Chunk chunk = chunks[i];
            for (int o = 0; o < operands.size(); o++) {
                operands.get(o)[chunk.tensor].get(chunk.at, tile[o], 0, chunk.length);
            }
            for (Loop loop : loops) {
                loop.run(tile, chunk.length);
            }
            for (int o = 0; o < written; o++) {
                operands.get(o)[chunk.tensor].put(chunk.at, tile[o], 0, chunk.length);
            }
        }
    }
}
