package dev.thaw.backend.cuda;

import java.util.Locale;

/**
 * The GPU has no room for what was asked. Nothing was allocated and nothing is broken: close what
 * is not needed, or take a smaller batch, and go on.
 */
public final class DeviceOutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long requested;

    DeviceOutOfMemoryException(String label, long requested, long used, long free, long total) {
        super(
                String.format(
                        Locale.ROOT,
                        "cuda: %s needs %,d bytes, and the GPU has %,d of %,d free (%,d are in use"
                                + " here); take a smaller batch, or close models that are not"
                                + " needed",
                        label,
                        requested,
                        free,
                        total,
                        used));
        this.requested = requested;
    }

    /** How many bytes were asked for. */
    public long requestedBytes() {
        return requested;
    }
}
