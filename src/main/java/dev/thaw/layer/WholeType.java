package dev.thaw.layer;

import dev.thaw.tensor.DType;

import java.util.Locale;

/**
 * Keras's types of whole numbers, which an input may be declared as; here they are INT32 or INT64.
 */
public enum WholeType {
    /** 0 or 1. */
    BOOL(0, 1, DType.INT32),
    /** What pixels are. */
    UINT8(0, 255, DType.INT32),
    /** From -2^7 on. */
    INT8(Byte.MIN_VALUE, Byte.MAX_VALUE, DType.INT32),
    /** Up to 2^16 - 1. */
    UINT16(0, Character.MAX_VALUE, DType.INT32),
    /** From -2^15 on. */
    INT16(Short.MIN_VALUE, Short.MAX_VALUE, DType.INT32),
    /** Class numbers. */
    INT32(Integer.MIN_VALUE, Integer.MAX_VALUE, DType.INT32),
    /** From -2^63 on. */
    INT64(Long.MIN_VALUE, Long.MAX_VALUE, DType.INT64);

    private final double least;
    private final double largest;
    private final DType dtype;

    WholeType(double least, double largest, DType dtype) {
        this.least = least;
        this.largest = largest;
        this.dtype = dtype;
    }

    /** The least number of the type. */
    public double least() {
        return least;
    }

    /** The largest number of the type. */
    public double largest() {
        return largest;
    }

    /** What tensors of such numbers are here. */
    public DType dtype() {
        return dtype;
    }

    /** Keras's name: {@code uint8}. */
    public String kerasName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type that tensors have by themselves; null for FLOAT32. */
    static WholeType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> null;
            case INT32 -> INT32;
            case INT64 -> INT64;
        };
    }
}
