package dev.thaw.train;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

/** Converts targets as Keras does: class numbers to numbers, and whole numbers to classes. */
final class Targets {
    private Targets() {}

    /** The first number that has no place in the other type; null where there is none. */
    static Number misfit(Tensor t, DType wanted) {
        if (wanted == t.dtype() || wanted == DType.FLOAT32) {
            return null;
        }
        for (int i = 0; i < t.size(); i++) {
            double v = number(t, i);
            if (v != (wanted == DType.INT32 ? (int) v : (long) v)) {
                return v;
            }
        }
        return null;
    }

    static Tensor as(Tensor t, DType wanted) {
        if (t.dtype() == wanted) {
            return t;
        }
        Tensor made = Tensor.zeros(t.shape(), wanted);
        for (int i = 0; i < t.size(); i++) {
            switch (wanted) {
                case FLOAT32 -> made.floats()[i] = (float) number(t, i);
                case INT32 -> made.ints()[i] = (int) number(t, i);
                case INT64 -> made.longs()[i] = (long) number(t, i);
            }
        }
        return made;
    }

    private static double number(Tensor t, int i) {
        return switch (t.dtype()) {
            case FLOAT32 -> t.floats()[i];
            case INT32 -> t.ints()[i];
            case INT64 -> t.longs()[i];
        };
    }
}
