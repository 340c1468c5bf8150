package dev.thaw.cli;

import dev.thaw.data.Npy;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.nio.file.Path;
import java.util.Arrays;

/** Reads {@code .npy} files as the types that a model wants, and loses no number on the way. */
final class ArrayFile {
    private final Path path;

    ArrayFile(Path path) {
        this.path = FileCheck.input(path);
    }

    /**
     * The array as this type. Numbers become FLOAT32 by rounding, as in NumPy; whole numbers in the
     * other direction only where nothing is lost. NaN and infinity are refused.
     */
    Tensor read(DType wanted) {
        Tensor t = Npy.read(path);
        return switch (wanted) {
            case FLOAT32 -> floats(t);
            case INT32 -> ints(t);
            case INT64 -> longs(t);
        };
    }

    private Tensor floats(Tensor t) {
        float[] values =
                switch (t.dtype()) {
                    case FLOAT32 -> t.floats();
                    case INT32 -> converted(t.ints());
                    case INT64 -> converted(t.longs());
                };
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new Failure(
                        path
                                + ": holds "
                                + values[i]
                                + " first at "
                                + index(i, t.shape())
                                + "; numbers must be finite, also as float32: clean the data first");
            }
        }
        return Tensor.of(values, t.shape());
    }

    private static float[] converted(int[] from) {
        float[] to = new float[from.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = from[i];
        }
        return to;
    }

    private static float[] converted(long[] from) {
        float[] to = new float[from.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = from[i];
        }
        return to;
    }

    private Tensor ints(Tensor t) {
        if (t.dtype() == DType.INT32) {
            return t;
        }
        int[] values = new int[t.size()];
        for (int i = 0; i < values.length; i++) {
            long v = t.dtype() == DType.INT64 ? t.longs()[i] : whole(t, i, "int32");
            if (v != (int) v) {
                throw unfit(t, i, String.valueOf(v), "int32");
            }
            values[i] = (int) v;
        }
        return Tensor.of(values, t.shape());
    }

    private Tensor longs(Tensor t) {
        if (t.dtype() == DType.INT64) {
            return t;
        }
        long[] values = new long[t.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = t.dtype() == DType.INT32 ? t.ints()[i] : whole(t, i, "int64");
        }
        return Tensor.of(values, t.shape());
    }

    /** A whole number that came as a float, such as a class number out of a table. */
    private long whole(Tensor t, int i, String type) {
        float v = t.floats()[i];
        if (v != Math.rint(v) || Math.abs(v) >= 0x1p63f) {
            throw unfit(t, i, String.valueOf(v), type);
        }
        return (long) v;
    }

    private Failure unfit(Tensor t, int i, String value, String type) {
        return new Failure(
                path
                        + ": must hold whole numbers of "
                        + type
                        + " here, got "
                        + value
                        + " at "
                        + index(i, t.shape())
                        + "; check that this is the right file, or choose another loss");
    }

    /** Where a number stands, axis by axis. */
    private static String index(int flat, Shape shape) {
        int[] at = new int[shape.rank()];
        int rest = flat;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = rest % shape.dim(i);
            rest /= shape.dim(i);
        }
        return Arrays.toString(at);
    }
}
