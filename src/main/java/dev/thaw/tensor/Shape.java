package dev.thaw.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * The extents of a tensor, outermost first. An extent of {@link #NONE} is not known yet (the batch
 * axis of a graph); it prints as {@code None}, as in Keras.
 */
public final class Shape {
    /** The extent that is known only when data arrives. */
    public static final int NONE = -1;

    private static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    /** A shape of these extents; each is at least 0, or {@link #NONE}. */
    public static Shape of(int... dims) {
        for (int d : dims) {
            if (d < NONE) {
                throw new IllegalArgumentException(
                        "shape: an extent must be at least 0 (or Shape.NONE), got "
                                + Arrays.toString(dims));
            }
        }
        return new Shape(dims.clone());
    }

    /** A shape of these extents. */
    public static Shape of(List<Integer> dims) {
        return of(dims.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The shape of a single number. */
    public static Shape scalar() {
        return SCALAR;
    }

    /** The number of axes. */
    public int rank() {
        return dims.length;
    }

    /** The extent of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** The last extent. */
    public int last() {
        return dim(-1);
    }

    /** The axis as a number in [0, rank); negative axes count from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new IllegalArgumentException(
                    "axis "
                            + axis
                            + " does not exist in shape "
                            + this
                            + ", which has rank "
                            + rank());
        }
        return a;
    }

    /** The extents, as a fresh array. */
    public int[] toArray() {
        return dims.clone();
    }

    /** True where no extent is {@link #NONE}. */
    public boolean isKnown() {
        for (int d : dims) {
            if (d == NONE) {
                return false;
            }
        }
        return true;
    }

    /** The number of elements. All extents must be known. */
    public long size() {
        return size(0, dims.length);
    }

    /** The number of elements spanned by the axes in [from, to). */
    public long size(int from, int to) {
        long n = 1;
        for (int i = from; i < to; i++) {
            if (dims[i] == NONE) {
                throw new IllegalStateException(
                        "shape " + this + " has no size: axis " + i + " is None");
            }
            n = Math.multiplyExact(n, (long) dims[i]);
        }
        return n;
    }

    /** This shape with one extent replaced. */
    public Shape withDim(int axis, int extent) {
        int[] d = dims.clone();
        d[axis(axis)] = extent;
        return of(d);
    }

    /** This shape with its first extent replaced. */
    public Shape withBatch(int n) {
        return withDim(0, n);
    }

    /** The axes [from, to) as a shape. */
    public Shape sub(int from, int to) {
        return new Shape(Arrays.copyOfRange(dims, from, to));
    }

    /** This shape with a new first axis. */
    public Shape prepend(int extent) {
        int[] d = new int[dims.length + 1];
        d[0] = extent;
        System.arraycopy(dims, 0, d, 1, dims.length);
        return of(d);
    }

    /** This shape with a new last axis. */
    public Shape append(int extent) {
        int[] d = Arrays.copyOf(dims, dims.length + 1);
        d[dims.length] = extent;
        return of(d);
    }

    /** True where both have the same rank and every pair of known extents agrees. */
    public boolean accepts(Shape other) {
        if (rank() != other.rank()) {
            return false;
        }
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] != NONE && other.dims[i] != NONE && dims[i] != other.dims[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** As Keras prints it: {@code (None, 28, 28, 1)}. */
    @Override
    public String toString() {
        StringJoiner s = new StringJoiner(", ", "(", dims.length == 1 ? ",)" : ")");
        for (int d : dims) {
            s.add(d == NONE ? "None" : Integer.toString(d));
        }
        return s.toString();
    }
}
