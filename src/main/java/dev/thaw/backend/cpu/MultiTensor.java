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
    interface Step {
        void run(float[][] tiles, int n);
    }

    /** Elements of such a loop for which a second thread pays. */
    private static final int GRAIN = 32 * 1024;

    /** A tile's place: the same in each operand. */
    private record Place(int tensor, int at, int length) {}

    private final List<FloatBuffer[]> operands = new ArrayList<>();
    private final int written;
    private final Place[] places;
    private final Step[] steps;
    private final float[][][] tiles;
    private final Workers.Part part = this::part;

    /**
     * @param written how many operands, the first ones, are written back
     * @param lists the operands
     */
    MultiTensor(
            int written,
            List<List<Value>> lists,
            List<Step> steps,
            Function<Value, Buffer> buffers) {
        for (List<Value> list : lists) {
            operands.add(
                    list.stream().map(v -> Tiles.floats(v, buffers)).toArray(FloatBuffer[]::new));
        }
        this.written = written;
        this.steps = steps.toArray(Step[]::new);
        places = places(lists.get(0));
        tiles = new float[Workers.SLOTS][lists.size()][Tiles.SIZE];
    }

    private static Place[] places(List<Value> tensors) {
        List<Place> places = new ArrayList<>();
        for (int t = 0; t < tensors.size(); t++) {
            int size = Math.toIntExact(tensors.get(t).size());
            for (int at = 0; at < size; at += Tiles.SIZE) {
                places.add(new Place(t, at, Math.min(Tiles.SIZE, size - at)));
            }
        }
        return places.toArray(Place[]::new);
    }

    void run() {
        Workers.run(places.length, GRAIN / Tiles.SIZE, 1, part);
    }

    private void part(int slot, int from, int to) {
        float[][] tile = tiles[slot];
        for (int i = from; i < to; i++) {
            Place p = places[i];
            for (int o = 0; o < operands.size(); o++) {
                operands.get(o)[p.tensor].get(p.at, tile[o], 0, p.length);
            }
            for (Step step : steps) {
                step.run(tile, p.length);
            }
            for (int o = 0; o < written; o++) {
                operands.get(o)[p.tensor].put(p.at, tile[o], 0, p.length);
            }
        }
    }
}
