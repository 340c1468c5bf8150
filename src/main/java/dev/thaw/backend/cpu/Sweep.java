package dev.thaw.backend.cpu;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A walk over a result in the order of memory, in blocks of at most a tile, with operands that are
 * broadcast to it as in NumPy. Axes that no operand tells apart are merged; a block is a chunk of
 * one axis and all of the axes inside it.
 */
final class Sweep {
    private final Walk walk;
    private final int blocks;
    private final int outer; // the axis that is cut into chunks; -1 for one of 1 around all
    private final int chunk;
    private final int chunks;
    private final int inner;
    private final int cut; // extent of the axis that is cut

    Sweep(Shape result, Shape... operands) {
        walk = Walk.over(result, operands);
        int first = walk.rank();
        int length = 1;
        while (first > 0 && (long) length * walk.extents()[first - 1] <= Tiles.SIZE) {
            length *= walk.extents()[--first];
        }
        inner = length;
        outer = first - 1;
        cut = outer < 0 ? 1 : walk.extents()[outer];
        chunk = Math.max(1, Tiles.SIZE / Math.max(1, inner));
        chunks = (cut + chunk - 1) / chunk;
        blocks = result.size() == 0 ? 0 : Math.toIntExact(result.size() / inner / cut * chunks);
    }

    /** Runs a loop over the blocks, on several threads where each gets that many elements. */
    void run(int grain, Workers.Part part) {
        Workers.run(blocks, grain / Math.max(1, inner * Math.min(chunk, cut)), 1, part);
    }

    /** Where in the result a block begins. */
    int at(int block) {
        return (block / chunks * cut + block % chunks * chunk) * inner;
    }

    int length(int block) {
        return Math.min(chunk, cut - block % chunks * chunk) * inner;
    }

    Operand operand(int index) {
        return new Operand(index);
    }

    /** How an operand follows the walk. */
    final class Operand {
        private final int[] strides;
        private final int stride; // of the axis that is cut

        /** Where each element of a block lies, from the block's base. */
        final int[] offsets;

        private Operand(int index) {
            strides = walk.strides()[index];
            stride = outer < 0 ? 0 : strides[outer];
            offsets = new int[Math.min(chunk, cut) * inner];
            for (int i = 0; i < offsets.length; i++) {
                int rest = i;
                for (int a = walk.rank() - 1; a > outer; a--) {
                    offsets[i] += rest % walk.extents()[a] * strides[a];
                    rest /= walk.extents()[a];
                }
                offsets[i] += rest * stride;
            }
        }

        /** Where in the operand a block's first element lies. */
        int base(int block) {
            int at = block % chunks * chunk * stride;
            int rest = block / chunks;
            for (int a = outer - 1; a >= 0; a--) {
                int extent = walk.extents()[a];
                at += rest % extent * strides[a];
                rest /= extent;
            }
            return at;
        }

        Staged staged(FloatBuffer source) {
            boolean dense = true;
            boolean one = true;
            for (int i = 0; i < offsets.length; i++) {
                dense &= offsets[i] == i;
                one &= offsets[i] == 0;
            }
            if (dense) {
                return new Staged(this, (at, tile, n) -> source.get(at, tile, 0, n));
            }
            if (one) {
                return new Staged(this, (at, tile, n) -> Arrays.fill(tile, 0, n, source.get(at)));
            }
            return new Staged(
                    this,
                    (at, tile, n) -> {
                        for (int i = 0; i < n; i++) {
                            tile[i] = source.get(at + offsets[i]);
                        }
                    });
        }
    }

    @FunctionalInterface
    private interface Fetch {
        void fetch(int at, float[] tile, int n);
    }

    /** An operand's blocks in heap tiles. What is there already is not fetched again. */
    static final class Staged {
        private final Operand operand;
        private final Fetch fetch;
        private final float[][] tiles = Tiles.perSlot();
        private final int[] base = new int[Workers.SLOTS];
        private final int[] held = new int[Workers.SLOTS];

        private Staged(Operand operand, Fetch fetch) {
            this.operand = operand;
            this.fetch = fetch;
        }

        /** Before the first block of a part: memory may have changed since the last one. */
        void begin(int slot) {
            held[slot] = 0;
        }

        float[] block(int slot, int block, int n) {
            int at = operand.base(block);
            if (held[slot] < n || base[slot] != at) {
                fetch.fetch(at, tiles[slot], n);
                base[slot] = at;
                held[slot] = n;
            }
            return tiles[slot];
        }
    }
}
