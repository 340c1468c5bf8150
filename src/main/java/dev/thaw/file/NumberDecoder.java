package dev.thaw.file;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Stored numbers go in, in any pieces and order, and a tensor comes out. */
public final class NumberDecoder {
    private final NumberType type;
    private final Object array;
    private boolean tooLarge;

    /** Room for {@code count} numbers, all zero. */
    public NumberDecoder(NumberType type, int count) {
        this.type = type;
        this.array =
                switch (type.dtype()) {
                    case FLOAT32 -> new float[count];
                    case INT32 -> new int[count];
                    case INT64 -> new long[count];
                };
    }

    /** Decodes all whole numbers that remain in {@code stored} to the places from {@code at} on. */
    public void put(int at, ByteBuffer stored) {
        stored.order(type.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        int n = stored.remaining() / type.size();
        switch (type.dtype()) {
            case FLOAT32 -> floats((float[]) array, at, n, stored);
            case INT32 -> ints((int[]) array, at, n, stored);
            case INT64 -> longs((long[]) array, at, n, stored);
        }
    }

    /** True where an unsigned number of 64 bits did not fit INT64. */
    public boolean overflowed() {
        return tooLarge;
    }

    /** The tensor, over the array that was filled. */
    public Tensor tensor(Shape shape) {
        return switch (type.dtype()) {
            case FLOAT32 -> Tensor.of((float[]) array, shape);
            case INT32 -> Tensor.of((int[]) array, shape);
            case INT64 -> Tensor.of((long[]) array, shape);
        };
    }

    private void floats(float[] to, int at, int n, ByteBuffer from) {
        if (type.encoding() == NumberType.Encoding.BFLOAT16) {
            for (int i = 0; i < n; i++) {
                to[at + i] = Float.intBitsToFloat(from.getShort() << 16);
            }
        } else if (type.size() == 4) {
            from.asFloatBuffer().get(to, at, n);
        } else if (type.size() == 8) {
            for (int i = 0; i < n; i++) {
                to[at + i] = (float) from.getDouble();
            }
        } else {
            for (int i = 0; i < n; i++) {
                to[at + i] = half(from.getShort());
            }
        }
    }

    private void ints(int[] to, int at, int n, ByteBuffer from) {
        boolean signed = type.encoding() == NumberType.Encoding.SIGNED;
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
        boolean signed = type.encoding() == NumberType.Encoding.SIGNED;
        for (int i = 0; i < n; i++) {
            long v = type.size() == 8 ? from.getLong() : from.getInt() & 0xFFFFFFFFL;
            tooLarge |= !signed && v < 0;
            to[at + i] = v;
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
}
