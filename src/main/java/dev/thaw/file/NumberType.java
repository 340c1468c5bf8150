package dev.thaw.file;

import dev.thaw.tensor.DType;

/**
 * How a number is stored in a file.
 *
 * @param encoding what the bits mean
 * @param size bytes: 2, 4 or 8 of a float, 1, 2, 4 or 8 of an integer
 * @param bigEndian the byte order
 */
public record NumberType(Encoding encoding, int size, boolean bigEndian) {
    /** What the bits of a number mean. */
    public enum Encoding {
        /** IEEE binary16, 32 or 64. */
        FLOAT,
        /** The upper half of a binary32. */
        BFLOAT16,
        /** Two's complement. */
        SIGNED,
        /** From 0 on; booleans too. */
        UNSIGNED
    }

    /**
     * What it becomes in memory: floating types FLOAT32; integers up to 32 bits INT32, unsigned
     * ones up to 16 bits; the larger ones INT64.
     */
    public DType dtype() {
        return switch (encoding) {
            case FLOAT, BFLOAT16 -> DType.FLOAT32;
            case SIGNED -> size <= 4 ? DType.INT32 : DType.INT64;
            case UNSIGNED -> size <= 2 ? DType.INT32 : DType.INT64;
        };
    }

    /** Bytes in memory of this many numbers. */
    public long memory(long count) {
        return count * dtype().bytes();
    }
}
