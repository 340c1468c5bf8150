package dev.thaw.io.hdf5;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers under decoding: stored elements go in, in any pieces, and a tensor comes out. Floating
 * types become FLOAT32; integers up to 32 bits (and 16 bits unsigned) INT32; the larger ones INT64.
 */
final class Numbers {
    private final Datatype type;
    private final Object array;
    private final DType dtype;

    Numbers(Datatype type, int size) {
        this.type = type;
        this.dtype = dtype(type);
        this.array =
                switch (dtype) {
                    case FLOAT32 -> new float[size];
                    case INT32 -> new int[size];
                    case INT64 -> new long[size];
                };
    }

    /** What a stored type becomes; only for numbers. */
    static DType dtype(Datatype type) {
        return switch (type.kind()) {
            case FLOAT, BFLOAT16 -> DType.FLOAT32;
            case SIGNED -> type.size() <= 4 ? DType.INT32 : DType.INT64;
            case UNSIGNED -> type.size() <= 2 ? DType.INT32 : DType.INT64;
            default -> throw new IllegalArgumentException("not a number: " + type);
        };
    }

    static boolean isNumber(Datatype type) {
        return switch (type.kind()) {
            case FLOAT, BFLOAT16, SIGNED, UNSIGNED -> true;
            default -> false;
        };
    }

    /** One stored number. */
    static double one(Datatype type, Cursor c) {
        if (!isNumber(type)) {
            throw c.unsupported("the attribute must be a number");
        }
        Numbers n = new Numbers(type, 1);
        n.put(0, ByteBuffer.wrap(c.bytes(type.size())));
        Tensor t = n.tensor(Shape.scalar());
        return switch (t.dtype()) {
            case FLOAT32 -> t.item();
            case INT32 -> t.ints()[0];
            case INT64 -> t.longs()[0];
        };
    }

    /** Decodes whole elements to the places from {@code at} on. */
    void put(int at, ByteBuffer stored) {
        stored.order(type.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int n = stored.remaining() / type.size();
        switch (dtype) {
            case FLOAT32 -> floats((float[]) array, at, n, stored);
            case INT32 -> ints((int[]) array, at, n, stored);
            case INT64 -> longs((long[]) array, at, n, stored);
        }
    }

    private void floats(float[] to, int at, int n, ByteBuffer from) {
        if (type.size() == 4) {
            from.asFloatBuffer().get(to, at, n);
        } else if (type.size() == 8) {
            for (int i = 0; i < n; i++) {
                to[at + i] = (float) from.getDouble();
            }
        } else if (type.kind() == Datatype.Kind.BFLOAT16) {
            for (int i = 0; i < n; i++) {
                to[at + i] = Float.intBitsToFloat(from.getShort() << 16);
            }
        } else {
            for (int i = 0; i < n; i++) {
                to[at + i] = half(from.getShort());
            }
        }
    }

    private void ints(int[] to, int at, int n, ByteBuffer from) {
        boolean signed = type.kind() == Datatype.Kind.SIGNED;
        if (type.size() == 4) {
            from.asIntBuffer().get(to, at, n);
        } else if (type.size() == 2) {
            for (int i = 0; i < n; i++) {
                short v = from.getShort();
                to[at + i] = signed ? v : v & 0xFFFF;
            }
        } else {
            for (int i = 0; i < n; i++) {
                byte v = from.get();
                to[at + i] = signed ? v : v & 0xFF;
            }
        }
    }

    private void longs(long[] to, int at, int n, ByteBuffer from) {
        if (type.size() == 8) {
            from.asLongBuffer().get(to, at, n);
        } else {
            for (int i = 0; i < n; i++) {
                to[at + i] = from.getInt() & 0xFFFFFFFFL;
            }
        }
    }

    /** IEEE binary16, exactly. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1F;
        int mantissa = bits & 0x3FF;
        if (exponent == 0) {
            float subnormal = mantissa * 0x1p-24f;
            return sign == 0 ? subnormal : -subnormal;
        }
        int wide = exponent == 31 ? 255 : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | mantissa << 13);
    }

    /** The decoded tensor, over the array that was filled. */
    Tensor tensor(Shape shape) {
        return switch (dtype) {
            case FLOAT32 -> Tensor.of((float[]) array, shape);
            case INT32 -> Tensor.of((int[]) array, shape);
            case INT64 -> Tensor.of((long[]) array, shape);
        };
    }
}
