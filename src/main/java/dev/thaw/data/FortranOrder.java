package dev.thaw.data;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/** Turns the first-axis-fastest order round. */
final class FortranOrder {
    private FortranOrder() {}

    /** The values of a tensor of the reversed shape, with its axes in the opposite order. */
    static Tensor toRowMajor(Tensor reversed, Shape shape) {
        Tensor out = Tensor.zeros(shape, reversed.dtype());
        int[] dims = shape.toArray();
        int[] at = new int[dims.length];
        int from = 0;
        for (int to = 0; to < out.size(); to++) {
            switch (out.dtype()) {
                case FLOAT32 -> out.floats()[to] = reversed.floats()[from];
                case INT32 -> out.ints()[to] = reversed.ints()[from];
                case INT64 -> out.longs()[to] = reversed.longs()[from];
            }
            from = next(at, dims, from);
        }
        return out;
    }

    /** Moves to the next index, last axis first, and returns its place in Fortran order. */
    private static int next(int[] at, int[] dims, int from) {
        int stride = 1;
        for (int a = 0; a < dims.length - 1; a++) {
            stride *= dims[a];
        }
        int place = from;
        for (int a = dims.length - 1; a >= 0; a--) {
            if (++at[a] < dims[a]) {
                return place + stride;
            }
            at[a] = 0;
            place -= (dims[a] - 1) * stride;
            stride /= a > 0 ? dims[a - 1] : 1;
        }
        return place;
    }
}
