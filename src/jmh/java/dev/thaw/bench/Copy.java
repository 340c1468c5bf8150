package dev.thaw.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/** The yardstick: copies that many floats from one place outside the heap to another. */
final class Copy {
    private final FloatBuffer from;
    private final FloatBuffer to;
    private final int cores = Runtime.getRuntime().availableProcessors();

    Copy(int floats) {
        from = direct(floats);
        to = direct(floats);
        for (int i = 0; i < floats; i++) {
            from.put(i, i);
        }
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** On the calling thread. */
    void run() {
        to.put(0, from, 0, from.capacity());
    }

    /** One share for each core. */
    void runOnAllCores() {
        int n = from.capacity();
        IntStream.range(0, cores)
                .parallel()
                .forEach(
                        i -> {
                            int begin = (int) ((long) n * i / cores);
                            int end = (int) ((long) n * (i + 1) / cores);
                            to.put(begin, from, begin, end - begin);
                        });
    }
}
