package dev.thaw.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * Host values that the user sees: a shape and one Java array, row-major. The array is not copied on
 * the way in or out; whoever shares it shares its changes.
 */
public final class Tensor {
    private final Shape shape;
    private final DType dtype;
    private final Object array;

    private Tensor(Shape shape, DType dtype, Object array, long length) {
        if (shape.size() != length) {
            throw new IllegalArgumentException(
                    "tensor: shape "
                            + shape
                            + " holds "
                            + shape.size()
                            + " elements, the array has "
                            + length);
        }
        this.shape = shape;
        this.dtype = dtype;
        this.array = array;
    }

    /** FLOAT32 values over this very array. */
    public static Tensor of(float[] values, Shape shape) {
        return new Tensor(shape, DType.FLOAT32, values, values.length);
    }

    /** FLOAT32 values over this very array; without extents, a vector. */
    public static Tensor of(float[] values, int... dims) {
        return of(values, dims.length == 0 ? Shape.of(values.length) : Shape.of(dims));
    }

    /** INT32 values over this very array. */
    public static Tensor of(int[] values, Shape shape) {
        return new Tensor(shape, DType.INT32, values, values.length);
    }

    /** INT32 values over this very array; without extents, a vector. */
    public static Tensor of(int[] values, int... dims) {
        return of(values, dims.length == 0 ? Shape.of(values.length) : Shape.of(dims));
    }

    /** INT64 values over this very array. */
    public static Tensor of(long[] values, Shape shape) {
        return new Tensor(shape, DType.INT64, values, values.length);
    }

    /** A single FLOAT32 number. */
    public static Tensor scalar(float value) {
        return of(new float[] {value}, Shape.scalar());
    }

    /** A single INT64 number. */
    public static Tensor scalar(long value) {
        return of(new long[] {value}, Shape.scalar());
    }

    /** Zeros of this shape and type. */
    public static Tensor zeros(Shape shape, DType dtype) {
        int n = Math.toIntExact(shape.size());
        return switch (dtype) {
            case FLOAT32 -> of(new float[n], shape);
            case INT32 -> of(new int[n], shape);
            case INT64 -> of(new long[n], shape);
        };
    }

    /** FLOAT32 values of this shape, all the same. */
    public static Tensor full(Shape shape, float value) {
        Tensor t = zeros(shape, DType.FLOAT32);
        Arrays.fill(t.floats(), value);
        return t;
    }

    /** The extents. */
    public Shape shape() {
        return shape;
    }

    /** The element type. */
    public DType dtype() {
        return dtype;
    }

    /** The number of elements. */
    public int size() {
        return (int) shape.size();
    }

    /** The FLOAT32 values, not a copy. */
    public float[] floats() {
        return as(float[].class, DType.FLOAT32);
    }

    /** The INT32 values, not a copy. */
    public int[] ints() {
        return as(int[].class, DType.INT32);
    }

    /** The INT64 values, not a copy. */
    public long[] longs() {
        return as(long[].class, DType.INT64);
    }

    private <T> T as(Class<T> type, DType wanted) {
        if (dtype != wanted) {
            throw new IllegalStateException(
                    "tensor " + shape + " holds " + dtype + ", not " + wanted);
        }
        return type.cast(array);
    }

    /** The only element of a FLOAT32 tensor of size 1. */
    public float item() {
        if (size() != 1) {
            throw new IllegalStateException(
                    "item() needs exactly one element, the shape is " + shape);
        }
        return floats()[0];
    }

    /** The same array under another shape of the same size. */
    public Tensor reshape(Shape to) {
        return new Tensor(to, dtype, array, size());
    }

    /** Rows [from, to) of the first axis, copied. */
    public Tensor rows(int from, int to) {
        if (from < 0 || to < from || to > shape.dim(0)) {
            throw new IllegalArgumentException(
                    "rows [" + from + ", " + to + ") are not within the " + shape.dim(0) + " rows");
        }
        int[] rows = new int[to - from];
        Arrays.setAll(rows, i -> from + i);
        return gather(rows);
    }

    /** The named rows of the first axis, copied, in that order. */
    public Tensor gather(int[] rows) {
        Tensor out = zeros(shape.withBatch(rows.length), dtype);
        gather(rows, 0, rows.length, out);
        return out;
    }

    /** Copies rows[from, to) of the first axis into the first rows of {@code out}. */
    public void gather(int[] rows, int from, int to, Tensor out) {
        int width = (int) shape.size(1, shape.rank());
        for (int i = from; i < to; i++) {
            System.arraycopy(array, rows[i] * width, out.array, (i - from) * width, width);
        }
    }

    /** Copies all elements of another tensor of this type into a row of the first axis. */
    public void setRow(int row, Tensor source) {
        int width = (int) shape.size(1, shape.rank());
        if (source.dtype != dtype || source.size() != width) {
            throw new IllegalArgumentException(
                    "tensor: a row of %s %s takes %d elements of that type, got %s %s"
                            .formatted(dtype, shape, width, source.dtype, source.shape));
        }
        System.arraycopy(source.array, 0, array, row * width, width);
    }

    /** Rows of several tensors, one after another. */
    public static Tensor concatenate(List<Tensor> parts) {
        Tensor first = parts.get(0);
        int rows = parts.stream().mapToInt(t -> t.shape.dim(0)).sum();
        Tensor out = zeros(first.shape.withBatch(rows), first.dtype);
        int at = 0;
        for (Tensor t : parts) {
            if (t.dtype != first.dtype || !t.shape.withBatch(1).equals(first.shape.withBatch(1))) {
                throw new IllegalArgumentException(
                        "concatenate: all parts must be like the first, %s %s, got %s %s"
                                .formatted(first.dtype, first.shape, t.dtype, t.shape));
            }
            System.arraycopy(t.array, 0, out.array, at, t.size());
            at += t.size();
        }
        return out;
    }

    /** A deep copy. */
    public Tensor copy() {
        Tensor t = zeros(shape, dtype);
        System.arraycopy(array, 0, t.array, 0, size());
        return t;
    }

    /** True where shape, type and every bit agree (NaNs of the same bits included). */
    public boolean bitEquals(Tensor o) {
        if (!shape.equals(o.shape) || dtype != o.dtype) {
            return false;
        }
        return switch (dtype) {
            case INT32 -> Arrays.equals(ints(), o.ints());
            case INT64 -> Arrays.equals(longs(), o.longs());
            case FLOAT32 -> {
                float[] a = floats();
                float[] b = o.floats();
                for (int i = 0; i < a.length; i++) {
                    if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                        yield false;
                    }
                }
                yield true;
            }
        };
    }

    /** Type and shape, and the values where there are few. */
    @Override
    public String toString() {
        String head = dtype + " " + shape;
        if (size() > 16) {
            return head;
        }
        return switch (dtype) {
            case FLOAT32 -> head + " " + Arrays.toString(floats());
            case INT32 -> head + " " + Arrays.toString(ints());
            case INT64 -> head + " " + Arrays.toString(longs());
        };
    }
}
