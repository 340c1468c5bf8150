package dev.thaw.file;

import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes a tensor's values, little-endian and row-major, with nothing around them. */
public final class NumberEncoder {
    private static final int BUFFER = 1 << 16;

    private NumberEncoder() {}

    /** The number of bytes that {@link #write} writes. */
    public static long bytes(Tensor t) {
        return (long) t.size() * t.dtype().bytes();
    }

    /**
     * Writes all values.
     *
     * @throws IOException from the stream
     */
    public static void write(Tensor t, OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER, bytes(t))];
        ByteBuffer b = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
        int step = BUFFER / t.dtype().bytes();
        for (int at = 0; at < t.size(); at += step) {
            int n = Math.min(step, t.size() - at);
            switch (t.dtype()) {
                case FLOAT32 -> b.asFloatBuffer().put(t.floats(), at, n);
                case INT32 -> b.asIntBuffer().put(t.ints(), at, n);
                case INT64 -> b.asLongBuffer().put(t.longs(), at, n);
            }
            out.write(buffer, 0, n * t.dtype().bytes());
        }
    }
}
