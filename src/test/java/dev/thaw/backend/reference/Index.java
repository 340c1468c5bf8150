package dev.thaw.backend.reference;

import dev.thaw.tensor.Shape;

import java.util.function.Consumer;

/** Row-major positions in a shape. */
final class Index {
    private Index() {}

    /** Visits every index of a shape in row-major order; the array is reused. */
    static void forEach(int[] extents, Consumer<int[]> visit) {
        int[] index = new int[extents.length];
        for (int e : extents) {
            if (e == 0) {
                return;
            }
        }
        int axis;
        do {
            visit.accept(index);
            axis = extents.length - 1;
            while (axis >= 0 && ++index[axis] == extents[axis]) {
                index[axis--] = 0;
            }
        } while (axis >= 0);
    }

    /** The position of an index. */
    static int flat(int[] extents, int[] index) {
        int at = 0;
        for (int i = 0; i < extents.length; i++) {
            at = at * extents[i] + index[i];
        }
        return at;
    }

    /**
     * The position in a smaller shape that is broadcast to where the index points: aligned at the
     * last axis, an extent of 1 repeats.
     */
    static int broadcast(Shape shape, int[] index) {
        int at = 0;
        int missing = index.length - shape.rank();
        for (int i = 0; i < shape.rank(); i++) {
            at = at * shape.dim(i) + (shape.dim(i) == 1 ? 0 : index[missing + i]);
        }
        return at;
    }
}
