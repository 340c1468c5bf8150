package dev.thaw.io.hdf5;

import dev.thaw.file.NumberType;
import dev.thaw.tensor.DType;

/**
 * The type of stored elements.
 *
 * @param typeClass what HDF5 calls the class, as far as the reader tells them apart
 * @param size bytes of one as stored
 * @param number the number that one is; null of other classes
 */
record Datatype(TypeClass typeClass, int size, NumberType number) {
    /** How an element is decoded. */
    enum TypeClass {
        NUMBER,
        /** Two bytes that nothing but an attribute explains. */
        OPAQUE,
        FIXED_TEXT,
        VARIABLE_TEXT,
        /** Anything else, which is refused when somebody wants its values. */
        OTHER
    }

    /** bfloat16 as Keras stores it. */
    static final Datatype BFLOAT16 = of(new NumberType(NumberType.Encoding.BFLOAT16, 2, false));

    private static final int FIXED_POINT = 0;
    private static final int FLOATING_POINT = 1;
    private static final int STRING = 3;
    private static final int OPAQUE = 5;
    private static final int ENUM = 8;
    private static final int VARIABLE_LENGTH = 9;

    private static Datatype of(NumberType number) {
        return new Datatype(TypeClass.NUMBER, number.size(), number);
    }

    private static Datatype of(TypeClass typeClass, int size) {
        return new Datatype(typeClass, size, null);
    }

    static Datatype read(Cursor c) {
        int first = c.u8();
        int version = first >> 4;
        if (version < 1 || version > 5) {
            throw c.damaged("a datatype must have version 1 to 5, got " + version);
        }
        int flags = c.u8() | c.u16() << 8;
        long size = c.u32();
        if (size == 0 || size > Integer.MAX_VALUE) {
            throw c.damaged("a datatype must have 1 to 2^31-1 bytes, got " + size);
        }
        return of(first & 15, flags, (int) size, c);
    }

    private static Datatype of(int type, int flags, int size, Cursor c) {
        boolean bigEndian = (flags & 1) != 0;
        return switch (type) {
            case FIXED_POINT -> integer(flags, size, bigEndian, c);
            case FLOATING_POINT -> floating(flags, size, bigEndian, c);
            case STRING -> of(TypeClass.FIXED_TEXT, size);
            case OPAQUE -> of(size == 2 ? TypeClass.OPAQUE : TypeClass.OTHER, size);
            case ENUM -> enumeration(size, c);
            case VARIABLE_LENGTH ->
                    of(
                            (flags & 15) == 1 && size == 16
                                    ? TypeClass.VARIABLE_TEXT
                                    : TypeClass.OTHER,
                            size);
            default -> of(TypeClass.OTHER, size);
        };
    }

    private static Datatype integer(int flags, int size, boolean bigEndian, Cursor c) {
        int offset = c.u16();
        int precision = c.u16();
        boolean whole =
                offset == 0
                        && precision == 8 * size
                        && (size == 1 || size == 2 || size == 4 || size == 8);
        NumberType.Encoding encoding =
                (flags & 8) != 0 ? NumberType.Encoding.SIGNED : NumberType.Encoding.UNSIGNED;
        return whole ? of(new NumberType(encoding, size, bigEndian)) : of(TypeClass.OTHER, size);
    }

    /** The numbers that tell the IEEE formats, and bfloat16, from others. */
    private static Datatype floating(int flags, int size, boolean bigEndian, Cursor c) {
        c.skip(2); // bit offset
        int precision = c.u16();
        int exponentAt = c.u8();
        int exponentBits = c.u8();
        int mantissaAt = c.u8();
        int mantissaBits = c.u8();
        long bias = c.u32();
        boolean packed =
                precision == 8 * size
                        && mantissaAt == 0
                        && exponentAt == mantissaBits
                        && mantissaBits + exponentBits + 1 == precision
                        && bias == (1L << exponentBits - 1) - 1
                        && (flags & 0x40) == 0; // VAX order
        if (packed
                && (size == 2 && exponentBits == 5
                        || size == 4 && exponentBits == 8
                        || size == 8 && exponentBits == 11)) {
            return of(new NumberType(NumberType.Encoding.FLOAT, size, bigEndian));
        }
        if (packed && size == 2 && exponentBits == 8) {
            return of(new NumberType(NumberType.Encoding.BFLOAT16, size, bigEndian));
        }
        return of(TypeClass.OTHER, size);
    }

    /** Booleans are an enumeration over int8 whose values are the numbers themselves. */
    private static Datatype enumeration(int size, Cursor c) {
        Datatype base = read(c);
        boolean number = base.isNumber() && base.number.dtype() != DType.FLOAT32;
        return number && base.size == size ? base : of(TypeClass.OTHER, size);
    }

    boolean isNumber() {
        return typeClass == TypeClass.NUMBER;
    }

    boolean isText() {
        return typeClass == TypeClass.FIXED_TEXT || typeClass == TypeClass.VARIABLE_TEXT;
    }
}
