package dev.thaw.tensor;

import java.util.OptionalInt;

/** The conversion of numbers from one type to another: rounded to FLOAT32, exact to integers. */
final class Cast {
    private Cast() {}

    static Tensor of(Tensor t, DType to) {
        if (t.dtype() == to) {
            return t;
        }
        OptionalInt misfit = misfit(t, to);
        if (misfit.isPresent()) {
            int at = misfit.getAsInt();
            throw new IllegalArgumentException(
                    "tensor: as %s all must be whole numbers of %d bits, got %s at %s; round or clip them first"
                            .formatted(to, 8 * to.bytes(), t.element(at), t.shape().index(at)));
        }
        Tensor made = Tensor.zeros(t.shape(), to);
        switch (to) {
            case FLOAT32 -> toFloats(t, made.floats());
            case INT32 -> toInts(t, made.ints());
            case INT64 -> toLongs(t, made.longs());
        }
        return made;
    }

    /** From a long in one step: by way of a double it would be rounded twice. */
    private static void toFloats(Tensor from, float[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = from.dtype() == DType.INT64 ? from.longs()[i] : from.ints()[i];
        }
    }

    private static void toInts(Tensor from, int[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = from.dtype() == DType.INT64 ? (int) from.longs()[i] : (int) from.floats()[i];
        }
    }

    private static void toLongs(Tensor from, long[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = from.dtype() == DType.INT32 ? from.ints()[i] : (long) from.floats()[i];
        }
    }

    static OptionalInt misfit(Tensor t, DType to) {
        if (to != DType.FLOAT32 && to != t.dtype()) {
            for (int i = 0; i < t.size(); i++) {
                if (!fits(t, i, to)) {
                    return OptionalInt.of(i);
                }
            }
        }
        return OptionalInt.empty();
    }

    private static boolean fits(Tensor t, int i, DType to) {
        return switch (t.dtype()) {
            case INT32 -> true;
            case INT64 -> t.longs()[i] == (int) t.longs()[i];
            case FLOAT32 -> {
                float v = t.floats()[i];
                // the smallest integer is a power of 2; the largest is one less, which no float is
                float end = to == DType.INT32 ? 0x1p31f : 0x1p63f;
                yield v == Math.rint(v) && v >= -end && v < end;
            }
        };
    }
}
