package dev.thaw.op;

import dev.thaw.tensor.Shape;

import java.util.Locale;

/**
 * How much one model may ask for, whoever wrote it: a file of a thousand bytes can name numbers
 * that no machine holds. Whoever asks is named in the refusal.
 */
public final class Budget {
    /** Elements of a value: Java's arrays end there, and kernels count in 32 bits. */
    public static final long MOST_ELEMENTS = Integer.MAX_VALUE;

    /**
     * Calls of layers in one call of a model; the largest of keras.applications makes 1,000. A
     * model in a model counts each time that it is called.
     */
    public static final int MOST_CALLS = 1 << 16;

    private Budget() {}

    /**
     * Refuses a value that is too large.
     *
     * @param asker whose value it is: a layer's name or path
     * @param what the value in words
     * @param shape its extents; one that is not known counts as 1
     */
    public static void requireSize(String asker, String what, Shape shape) {
        double size = 1; // beyond a long it need not be exact
        for (int axis = 0; axis < shape.rank(); axis++) {
            size *= shape.dim(axis) == Shape.NONE ? 1 : shape.dim(axis);
        }
        if (size > MOST_ELEMENTS) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: %s must have at most %,d elements, got %s with %,.0f; use smaller extents or a smaller batch",
                            asker,
                            what,
                            MOST_ELEMENTS,
                            shape,
                            size));
        }
    }

    /**
     * Refuses a model that makes too many calls of layers.
     *
     * @param asker the model, or the layer that calls one more
     */
    public static void requireCalls(String asker, long calls) {
        if (calls > MOST_CALLS) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: one call of a model may make at most %,d calls of layers, got %s; models that call a model several times multiply",
                            asker,
                            MOST_CALLS,
                            calls == Long.MAX_VALUE ? "more than 2^63" : "%,d".formatted(calls)));
        }
    }
}
