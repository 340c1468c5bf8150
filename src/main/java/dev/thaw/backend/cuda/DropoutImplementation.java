package dev.thaw.backend.cuda;

import java.util.Arrays;
import java.util.Locale;

/**
 * Who draws the masks of dropout on a GPU. The system property {@link #PROPERTY} chooses before the
 * device is opened; other backends do not read it.
 */
public enum DropoutImplementation {
    /**
     * Philox, the default: a function of seed, step, call and element, the same on every backend,
     * drawn again for the gradient.
     */
    PHILOX,
    /**
     * cuDNN's dropout: its generator's state and the mask are kept on the device. Masks are then
     * not those of other backends, and differ from plan to plan. Dropout with a shared mask, with
     * rate 1 or with another scale than 1 / (1 - rate), which cuDNN does not have, stays with
     * Philox.
     */
    CUDNN;

    /** {@code philox} or {@code cudnn}. */
    public static final String PROPERTY = "thaw.cuda.dropout";

    /** What the system property says. */
    static DropoutImplementation read() {
        String wish = System.getProperty(PROPERTY, "philox").strip();
        return Arrays.stream(values())
                .filter(d -> d.name().equals(wish.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        PROPERTY
                                                + ": must be philox or cudnn, got '"
                                                + wish
                                                + "'"));
    }
}
