package dev.thaw.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;

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

    /** A shape whose extents are all 1. */
    public static Shape ones(int rank) {
        int[] d = new int[rank];
        Arrays.fill(d, 1);
        return new Shape(d);
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

    /** Whether there is such an axis; negative ones count from the end. */
    public boolean hasAxis(int axis) {
        int fromFront = fromFront(axis);
        return 0 <= fromFront && fromFront < dims.length;
    }

    private int fromFront(int axis) {
        return axis < 0 ? axis + dims.length : axis;
    }

    /** The axis as a number in [0, rank); negative axes count from the end. */
    public int axis(int axis) {
        if (!hasAxis(axis)) {
            throw new IllegalArgumentException(
                    "axis %d does not exist in shape %s, which has rank %d"
                            .formatted(axis, this, rank()));
        }
        return fromFront(axis);
    }

    /** The indices, one per axis, of the element at this place of a row-major array. */
    public List<Integer> index(int place) {
        Integer[] at = new Integer[dims.length];
        int rest = place;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = rest % dims[i];
            rest /= dims[i];
        }
        return List.of(at);
    }

    /** The axes 0, 1, .. */
    public List<Integer> axes() {
        return axesBut(List.of());
    }

    /** The axes but for these, which are in [0, rank). */
    public List<Integer> axesBut(Collection<Integer> axes) {
        return IntStream.range(0, dims.length).filter(i -> !axes.contains(i)).boxed().toList();
    }

    /** The axes in the order that brings these, which are in [0, rank), to the end. */
    public List<Integer> axesToEnd(List<Integer> axes) {
        List<Integer> order = new ArrayList<>(axesBut(axes));
        order.addAll(axes);
        return order;
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

    /**
     * The number of elements. All extents must be known.
     *
     * @throws IllegalArgumentException where there are 2^63 or more
     */
    public long size() {
        return size(0, dims.length);
    }

    /**
     * The number of elements spanned by the axes in [from, to).
     *
     * @throws IllegalArgumentException where there are 2^63 or more
     */
    public long size(int from, int to) {
        long n = 1;
        for (int i = from; i < to; i++) {
            if (dims[i] == NONE) {
                throw new IllegalStateException(
                        "shape %s has no size: axis %s is None".formatted(this, i));
            }
            if (dims[i] != 0 && n > Long.MAX_VALUE / dims[i]) {
                throw new IllegalArgumentException(
                        "a shape must have fewer than 2^63 elements, got %s; take smaller extents"
                                .formatted(this));
            }
            n *= dims[i];
        }
        return n;
    }

    /**
     * The number of elements spanned by the axes in [from, to), as the extent of one axis.
     *
     * @throws IllegalArgumentException where there are 2^31 or more
     */
    public int extent(int from, int to) {
        return extent(size(from, to));
    }

    private int extent(long n) {
        if (n > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "axes taken together must have fewer than 2^31 elements, got %d of shape %s; take a smaller batch or smaller extents"
                            .formatted(n, this));
        }
        return (int) n;
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
        return insert(0, extent);
    }

    /** This shape with a new last axis. */
    public Shape append(int extent) {
        return insert(dims.length, extent);
    }

    /** This shape with a new axis, which has this number in [0, rank] afterwards. */
    public Shape insert(int axis, int extent) {
        int[] d = new int[dims.length + 1];
        System.arraycopy(dims, 0, d, 0, axis);
        d[axis] = extent;
        System.arraycopy(dims, axis, d, axis + 1, dims.length - axis);
        return of(d);
    }

    /** The extents of these axes in this order; negative axes count from the end. */
    public Shape pick(List<Integer> axes) {
        return new Shape(axes.stream().mapToInt(this::dim).toArray());
    }

    /** This shape without these axes, which are in [0, rank). */
    public Shape without(Collection<Integer> axes) {
        return pick(axesBut(axes));
    }

    /** This shape with extent 1 at these axes, as a reduction over them leaves it. */
    public Shape reduced(Collection<Integer> axes) {
        int[] d = dims.clone();
        axes.forEach(axis -> d[axis(axis)] = 1);
        return new Shape(d);
    }

    /** This shape, with the extents of another one of its rank where its own are not known. */
    public Shape orElse(Shape other) {
        int[] d = dims.clone();
        Arrays.setAll(d, i -> d[i] == NONE ? other.dims[i] : d[i]);
        return new Shape(d);
    }

    /**
     * Whether both can be combined element by element as in NumPy: aligned at the last axis, each
     * pair of extents agrees, or is not known, or one of them is 1 or absent and repeats.
     */
    public boolean broadcasts(Shape other) {
        for (int i = 1; i <= Math.min(rank(), other.rank()); i++) {
            int p = dim(-i);
            int q = other.dim(-i);
            if (p != q && p != 1 && q != 1 && p != NONE && q != NONE) {
                return false;
            }
        }
        return true;
    }

    /** The shape of both combined. An unknown extent is the other one's, unless that repeats. */
    public Shape broadcast(Shape other) {
        if (!broadcasts(other)) {
            throw new IllegalArgumentException(
                    "shapes must have the same extents, or 1, from the last axis on, got %s and %s"
                            .formatted(this, other));
        }
        int[] d = new int[Math.max(rank(), other.rank())];
        for (int i = 1; i <= d.length; i++) {
            int p = i <= rank() ? dim(-i) : 1;
            int q = i <= other.rank() ? other.dim(-i) : 1;
            d[d.length - i] = p == 1 ? q : q == 1 ? p : Math.max(p, q);
        }
        return new Shape(d);
    }

    /** The axes along which another shape repeats when it is broadcast to this one. */
    public List<Integer> axesRepeated(Shape smaller) {
        int missing = rank() - smaller.rank();
        return IntStream.range(0, dims.length)
                .filter(i -> dims[i] != (i < missing ? 1 : smaller.dims[i - missing]))
                .boxed()
                .toList();
    }

    /**
     * How far neighbours along each axis lie apart, in elements, row-major. An extent of 0 counts
     * as 1: no element tells the difference. All extents must be known.
     */
    public int[] strides() {
        size();
        int[] strides = new int[dims.length];
        long next = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = extent(next);
            next *= Math.max(1, dims[i]);
        }
        return strides;
    }

    /** The strides of this shape when it is broadcast to another one: 0 where it repeats. */
    public int[] stridesIn(Shape larger) {
        int[] own = strides();
        int[] strides = new int[larger.rank()];
        int missing = strides.length - own.length;
        for (int i = 0; i < own.length; i++) {
            strides[missing + i] = dims[i] == 1 ? 0 : own[i];
        }
        return strides;
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
