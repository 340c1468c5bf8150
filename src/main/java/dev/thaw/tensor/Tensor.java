package dev.thaw.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;

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
                    "tensor: shape %s holds %s elements, the array has %s"
                            .formatted(shape, shape.size(), length));
        }
        this.shape = shape;
        this.dtype = dtype;
        this.array = array;
    }

    /** FLOAT32 values over this very array. */
    public static Tensor of(float[] values, Shape shape) {
        Objects.requireNonNull(values, "tensor: values");
        Objects.requireNonNull(shape, "tensor: shape");
        return new Tensor(shape, DType.FLOAT32, values, values.length);
    }

    /** FLOAT32 values over this very array; without extents, a vector. */
    public static Tensor of(float[] values, int... dims) {
        Objects.requireNonNull(values, "tensor: values");
        Objects.requireNonNull(dims, "tensor: dims");
        return of(values, dims.length == 0 ? Shape.of(values.length) : Shape.of(dims));
    }

    /** FLOAT32 values, rounded from these; without extents, a vector. */
    public static Tensor of(double[] values, int... dims) {
        Objects.requireNonNull(values, "tensor: values");
        Objects.requireNonNull(dims, "tensor: dims");
        float[] rounded = new float[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) values[i];
        }
        return of(rounded, dims);
    }

    /** A FLOAT32 matrix, copied from rows of equal length. */
    public static Tensor of(float[][] rows) {
        Objects.requireNonNull(rows, "tensor: rows");
        Tensor t = zeros(matrix(rows.length, i -> rows[i].length), DType.FLOAT32);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, t.array, i * rows[i].length, rows[i].length);
        }
        return t;
    }

    /** A FLOAT32 matrix, rounded from rows of equal length. */
    public static Tensor of(double[][] rows) {
        Objects.requireNonNull(rows, "tensor: rows");
        Shape shape = matrix(rows.length, i -> rows[i].length);
        return of(Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray()).reshape(shape);
    }

    private static Shape matrix(int rows, IntUnaryOperator length) {
        int width = rows == 0 ? 0 : length.applyAsInt(0);
        for (int i = 1; i < rows; i++) {
            if (length.applyAsInt(i) != width) {
                throw new IllegalArgumentException(
                        "tensor: rows must be of equal length, row 0 has %d numbers, row %d has %d"
                                .formatted(width, i, length.applyAsInt(i)));
            }
        }
        return Shape.of(rows, width);
    }

    /**
     * Pixels and other unsigned bytes as INT32 numbers from 0 to 255, as a uint8 input takes them.
     */
    public static Tensor uint8(byte[] values, int... dims) {
        Objects.requireNonNull(values, "tensor: values");
        Objects.requireNonNull(dims, "tensor: dims");
        int[] numbers = new int[values.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Byte.toUnsignedInt(values[i]);
        }
        return of(numbers, dims);
    }

    /** INT32 values over this very array. */
    public static Tensor of(int[] values, Shape shape) {
        Objects.requireNonNull(values, "tensor: values");
        Objects.requireNonNull(shape, "tensor: shape");
        return new Tensor(shape, DType.INT32, values, values.length);
    }

    /** INT32 values over this very array; without extents, a vector. */
    public static Tensor of(int[] values, int... dims) {
        Objects.requireNonNull(values, "tensor: values");
        Objects.requireNonNull(dims, "tensor: dims");
        return of(values, dims.length == 0 ? Shape.of(values.length) : Shape.of(dims));
    }

    /** INT64 values over this very array. */
    public static Tensor of(long[] values, Shape shape) {
        Objects.requireNonNull(values, "tensor: values");
        Objects.requireNonNull(shape, "tensor: shape");
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
        Objects.requireNonNull(shape, "tensor: shape");
        Objects.requireNonNull(dtype, "tensor: dtype");
        if (shape.size() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "tensor: %s has %d elements, one array holds at most %d; give data of that size as a stream, Dataset.of(count, i -> Sample.of(..))"
                            .formatted(shape, shape.size(), Integer.MAX_VALUE));
        }
        int n = (int) shape.size();
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
                    "tensor %s holds %s, not %s".formatted(shape, dtype, wanted));
        }
        return type.cast(array);
    }

    /** The only element of a tensor of size 1, rounded to float32. */
    public float item() {
        if (size() != 1) {
            throw new IllegalStateException(
                    "item() needs exactly one element, the shape is " + shape);
        }
        return (float) number(0);
    }

    /** The element at this place of the array. */
    public double number(int i) {
        return switch (dtype) {
            case FLOAT32 -> ((float[]) array)[i];
            case INT32 -> ((int[]) array)[i];
            case INT64 -> ((long[]) array)[i];
        };
    }

    /** The element at this place of the array, exactly: a Float, an Integer or a Long. */
    public Number element(int i) {
        return switch (dtype) {
            case FLOAT32 -> floats()[i];
            case INT32 -> ints()[i];
            case INT64 -> longs()[i];
        };
    }

    /** The element at these indices, one per axis; negative ones count from the end. */
    public double get(int... indices) {
        Objects.requireNonNull(indices, "tensor: indices");
        if (indices.length != shape.rank()) {
            throw new IllegalArgumentException(
                    "tensor %s: get takes an index for each axis, got %s"
                            .formatted(shape, Arrays.toString(indices)));
        }
        int at = 0;
        for (int axis = 0; axis < indices.length; axis++) {
            int n = shape.dim(axis);
            int i = indices[axis] < 0 ? indices[axis] + n : indices[axis];
            if (i < 0 || i >= n) {
                throw new IndexOutOfBoundsException(
                        "tensor %s: index %d of axis %d must be in [%d, %d)"
                                .formatted(shape, indices[axis], axis, -n, n));
            }
            at = at * n + i;
        }
        return number(at);
    }

    /** Where the largest element of each row of the last axis is, the first of several: INT32. */
    public Tensor argmax() {
        int width = shape.last();
        int[] best = new int[width == 0 ? 0 : size() / width];
        for (int row = 0; row < best.length; row++) {
            for (int i = 1; i < width; i++) {
                if (number(row * width + i) > number(row * width + best[row])) {
                    best[row] = i;
                }
            }
        }
        return of(best, shape.sub(0, shape.rank() - 1));
    }

    /**
     * The same numbers as another type; this tensor itself where it has that type. Integers become
     * FLOAT32 by rounding to the nearest, as in NumPy; to an integer type nothing is rounded.
     *
     * @throws IllegalArgumentException where a number has no place in the integer type: it is not
     *     whole, too large or not finite
     */
    public Tensor cast(DType to) {
        return Cast.of(this, to);
    }

    /** Where the first number stands in the array that {@link #cast} refuses; empty for none. */
    public OptionalInt misfit(DType to) {
        return Cast.misfit(this, to);
    }

    /** f of each element, as FLOAT32. */
    public Tensor map(DoubleUnaryOperator f) {
        Objects.requireNonNull(f, "tensor: f");
        float[] values = new float[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) f.applyAsDouble(number(i));
        }
        return of(values, shape);
    }

    /** f of each element and that of another tensor at its place, as FLOAT32. */
    public Tensor zip(Tensor other, DoubleBinaryOperator f) {
        Objects.requireNonNull(other, "tensor: other");
        Objects.requireNonNull(f, "tensor: f");
        if (!other.shape.equals(shape)) {
            throw new IllegalArgumentException(
                    "tensor: both must have one shape, got %s and %s"
                            .formatted(shape, other.shape));
        }
        float[] values = new float[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) f.applyAsDouble(number(i), other.number(i));
        }
        return of(values, shape);
    }

    /** The sum of each element and that of a tensor of the same shape, as FLOAT32. */
    public Tensor add(Tensor other) {
        return zip(other, (a, b) -> a + b);
    }

    /** Each element less that of a tensor of the same shape, as FLOAT32. */
    public Tensor subtract(Tensor other) {
        return zip(other, (a, b) -> a - b);
    }

    /** Each element times that of a tensor of the same shape, as FLOAT32. */
    public Tensor multiply(Tensor other) {
        return zip(other, (a, b) -> a * b);
    }

    /** Each element times a number, as FLOAT32. */
    public Tensor multiply(double number) {
        return map(a -> a * number);
    }

    /** The sum of all elements. */
    public double sum() {
        double sum = 0;
        for (int i = 0; i < size(); i++) {
            sum += number(i);
        }
        return sum;
    }

    /** The mean of all elements; NaN where there is none. */
    public double mean() {
        return sum() / size();
    }

    /** The same array under another shape of the same size. */
    public Tensor reshape(Shape to) {
        Objects.requireNonNull(to, "tensor: to");
        return new Tensor(to, dtype, array, size());
    }

    /** Rows [from, to) of the first axis, copied. */
    public Tensor rows(int from, int to) {
        width("rows");
        if (from < 0 || to < from || to > shape.dim(0)) {
            throw new IllegalArgumentException(
                    "rows [%s, %s) are not within the %s rows".formatted(from, to, shape.dim(0)));
        }
        int[] rows = new int[to - from];
        Arrays.setAll(rows, i -> from + i);
        return gather(rows);
    }

    /**
     * The named rows of the first axis, copied, in that order.
     *
     * @throws IndexOutOfBoundsException where there is no such row
     */
    public Tensor gather(int[] rows) {
        Objects.requireNonNull(rows, "tensor: rows");
        width("gather");
        Tensor out = zeros(shape.withBatch(rows.length), dtype);
        gather(rows, 0, rows.length, out);
        return out;
    }

    /** Copies rows[from, to) of the first axis into the first rows of {@code out}. */
    public void gather(int[] rows, int from, int to, Tensor out) {
        int width = width("gather");
        for (int i = from; i < to; i++) {
            if (rows[i] < 0 || rows[i] >= shape.dim(0)) {
                throw noRow(rows[i]);
            }
            System.arraycopy(array, rows[i] * width, out.array, (i - from) * width, width);
        }
    }

    /** The elements of a row of the first axis. */
    private int width(String asker) {
        if (shape.rank() == 0) {
            throw new IllegalStateException(
                    "tensor: %s needs rows, and a single number has none".formatted(asker));
        }
        return (int) shape.size(1, shape.rank());
    }

    private IndexOutOfBoundsException noRow(int row) {
        return new IndexOutOfBoundsException(
                "tensor %s: row %d must be in [0, %d)".formatted(shape, row, shape.dim(0)));
    }

    /** Copies all elements of another tensor of this type into a row of the first axis. */
    public void setRow(int row, Tensor source) {
        Objects.requireNonNull(source, "tensor: source");
        int width = width("setRow");
        if (row < 0 || row >= shape.dim(0)) {
            throw noRow(row);
        }
        if (source.dtype != dtype || source.size() != width) {
            throw new IllegalArgumentException(
                    "tensor: a row of %s %s takes %d elements of that type, got %s %s"
                            .formatted(dtype, shape, width, source.dtype, source.shape));
        }
        System.arraycopy(source.array, 0, array, row * width, width);
    }

    /**
     * Copies another tensor of this type, whose rows are as long as these, into rows from there.
     */
    public void setRows(int firstRow, Tensor source) {
        Objects.requireNonNull(source, "tensor: source");
        int width = (int) shape.size(1, shape.rank());
        boolean fits = source.dtype == dtype && source.shape.withBatch(shape.dim(0)).equals(shape);
        if (!fits || firstRow < 0 || firstRow + source.shape.dim(0) > shape.dim(0)) {
            throw new IllegalArgumentException(
                    "tensor: rows from %d of %s %s must be of that type and length and lie within it, got %s %s"
                            .formatted(firstRow, dtype, shape, source.dtype, source.shape));
        }
        System.arraycopy(source.array, 0, array, firstRow * width, source.size());
    }

    /** Rows of several tensors, one after another. */
    public static Tensor concatenate(List<Tensor> parts) {
        Objects.requireNonNull(parts, "tensor: parts");
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("tensor: concatenate takes at least one part");
        }
        Tensor first = parts.get(0);
        first.width("concatenate");
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
        Objects.requireNonNull(o, "tensor: o");
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

    /** Type, shape and values, as NumPy prints them: of long axes the first and the last. */
    @Override
    public String toString() {
        return TensorText.of(this);
    }
}
