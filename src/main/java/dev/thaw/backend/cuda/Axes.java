package dev.thaw.backend.cuda;

import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * Extents of a walk and the strides of its operands, in elements, with as few axes as possible:
 * axes of extent 1 are left out, and neighbours that every operand passes through in one go are
 * merged.
 *
 * @param extents first axis first
 * @param strides per operand, per axis
 */
record Axes(int[] extents, int[][] strides) {
    /** What kernels take. */
    static final int MOST = 6;

    /** Strides of a dense tensor of this shape. */
    static int[] dense(int[] extents) {
        int[] strides = new int[extents.length];
        long next = 1;
        for (int i = extents.length - 1; i >= 0; i--) {
            strides[i] = (int) next;
            next *= extents[i];
        }
        return strides;
    }

    /** Strides of a shape that repeats into a larger one, aligned at the last axis: 0 where so. */
    static int[] repeated(Shape shape, int[] into) {
        int[] own = dense(shape.toArray());
        int[] strides = new int[into.length];
        int missing = into.length - own.length;
        for (int i = 0; i < own.length; i++) {
            strides[missing + i] = shape.dim(i) == 1 ? 0 : own[i];
        }
        return strides;
    }

    static Axes merged(int[] extents, int[]... strides) {
        List<Integer> kept = new ArrayList<>(); // last axis of each group
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] == 1) {
                continue;
            }
            int before = kept.isEmpty() ? -1 : kept.get(kept.size() - 1);
            if (before >= 0 && joins(before, i, extents[i], strides)) {
                kept.set(kept.size() - 1, i);
                sizes.set(sizes.size() - 1, sizes.get(sizes.size() - 1) * extents[i]);
            } else {
                kept.add(i);
                sizes.add(extents[i]);
            }
        }
        int[][] result = new int[strides.length][kept.size()];
        for (int o = 0; o < strides.length; o++) {
            for (int i = 0; i < kept.size(); i++) {
                result[o][i] = strides[o][kept.get(i)];
            }
        }
        return new Axes(sizes.stream().mapToInt(n -> n).toArray(), result);
    }

    private static boolean joins(int outer, int inner, int extent, int[][] strides) {
        for (int[] s : strides) {
            if (s[outer] != s[inner] * extent) {
                return false;
            }
        }
        return true;
    }

    /** The extents as six, those that are not there in front. */
    int[] sixExtents() {
        return six(extents, 1);
    }

    /** The strides of an operand as six. */
    int[] sixStrides(int operand) {
        return six(strides[operand], 0);
    }

    private static int[] six(int[] numbers, int absent) {
        if (numbers.length > MOST) {
            throw new IllegalStateException(
                    "cuda: kernels walk over at most %s axes that cannot be merged, got %s"
                            .formatted(MOST, numbers.length));
        }
        int[] six = new int[MOST];
        int missing = MOST - numbers.length;
        for (int i = 0; i < MOST; i++) {
            six[i] = i < missing ? absent : numbers[i - missing];
        }
        return six;
    }
}
