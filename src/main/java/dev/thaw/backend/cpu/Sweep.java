package dev.thaw.backend.cpu;

import dev.thaw.tensor.Shape;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A walk over a result in the order of memory, in blocks of at most a tile, with operands that are
 * broadcast to it as in NumPy. Axes that no operand tells apart are merged; a block is a chunk of
 * one axis and all of the axes inside it.
 */
final class Sweep {
    /** A merged axis: its extent, and each operand's stride, 0 where the operand is repeated. */
    private record Axis(int extent, int[] strides) {}

    private final List<Axis> axes;
    private final int blocks;
    private final int outer; // axes before the one that is cut into chunks
    private final int chunk;
    private final int chunks;
    private final int inner;
    private final int cut; // extent of the axis that is cut

    Sweep(Shape result, Shape... operands) {
        axes = merged(result, operands);
        int first = axes.size();
        int length = 1;
        while (first > 0 && (long) length * axes.get(first - 1).extent <= Tiles.SIZE) {
            length *= axes.get(--first).extent;
        }
        if (first == 0) { // the cut axis is a new one around all
            axes.add(0, new Axis(1, new int[operands.length]));
            first = 1;
        }
        inner = length;
        outer = first - 1;
        cut = axes.get(outer).extent;
        chunk = Math.max(1, Tiles.SIZE / Math.max(1, inner));
        chunks = (cut + chunk - 1) / chunk;
        blocks = result.size() == 0 ? 0 : Math.toIntExact(result.size() / inner / cut * chunks);
    }

    private static List<Axis> merged(Shape result, Shape[] operands) {
        List<Axis> merged = new ArrayList<>();
        int[] size = new int[operands.length];
        Arrays.fill(size, 1);
        for (int i = 1; i <= result.rank(); i++) {
            int extent = result.dim(-i);
            if (extent == 1) {
                continue;
            }
            int[] strides = new int[operands.length];
            for (int k = 0; k < operands.length; k++) {
                boolean repeated = i > operands[k].rank() || operands[k].dim(-i) == 1;
                strides[k] = repeated ? 0 : size[k];
                size[k] *= repeated ? 1 : extent;
            }
            Axis inside = merged.isEmpty() ? null : merged.get(0);
            if (inside != null && continues(inside, strides)) {
                merged.set(0, new Axis(Math.multiplyExact(inside.extent, extent), inside.strides));
            } else {
                merged.add(0, new Axis(extent, strides));
            }
        }
        return merged;
    }

    private static boolean continues(Axis inside, int[] strides) {
        for (int k = 0; k < strides.length; k++) {
            if (strides[k] != inside.strides[k] * inside.extent) {
                return false;
            }
        }
        return true;
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

        /** Where each element of a block lies, from the block's base. */
        final int[] offsets;

        private Operand(int index) {
            strides = axes.stream().mapToInt(a -> a.strides[index]).toArray();
            offsets = new int[Math.min(chunk, cut) * inner];
            for (int i = 0; i < offsets.length; i++) {
                int rest = i;
                for (int a = axes.size() - 1; a > outer; a--) {
                    offsets[i] += rest % axes.get(a).extent * strides[a];
                    rest /= axes.get(a).extent;
                }
                offsets[i] += rest * strides[outer];
            }
        }

        /** Where in the operand a block's first element lies. */
        int base(int block) {
            int at = block % chunks * chunk * strides[outer];
            int rest = block / chunks;
            for (int a = outer - 1; a >= 0; a--) {
                int extent = axes.get(a).extent;
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
