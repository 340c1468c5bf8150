package dev.thaw.io.hdf5;

import java.util.Arrays;

/** The extents of a dataset or attribute; a scalar has none, the null space holds nothing. */
record Dataspace(long[] dims, boolean isNull) {
    /** HDF5's own limit. */
    private static final int MAX_RANK = 32;

    static Dataspace read(Cursor c) {
        int version = c.u8();
        int rank = c.u8();
        int flags = c.u8();
        int type = c.u8();
        if (version != 1 && version != 2 || rank > MAX_RANK) {
            throw c.damaged(
                    "a dataspace must have version 1 or 2 and rank 0 to 32, got version %s, rank %s"
                            .formatted(version, rank));
        }
        if (version == 1) {
            c.skip(4);
        }
        long[] dims = new long[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = c.length();
        }
        if ((flags & 1) != 0) {
            c.skip(8L * rank); // greatest extents
        }
        Dataspace s = new Dataspace(dims, version == 2 && type == 2);
        s.elements(c);
        return s;
    }

    /** The number of elements, which must be countable. */
    private void elements(Cursor c) {
        try {
            elements();
        } catch (ArithmeticException e) {
            throw c.damaged(
                    "the shape %s has more than 2^63 elements".formatted(Arrays.toString(dims)));
        }
    }

    /** The number of elements. */
    long elements() {
        if (isNull) {
            return 0;
        }
        long n = 1;
        for (long d : dims) {
            if (d == 0) {
                return 0;
            }
        }
        for (long d : dims) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    int rank() {
        return dims.length;
    }
}
