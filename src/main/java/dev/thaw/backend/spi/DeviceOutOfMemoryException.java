package dev.thaw.backend.spi;

/**
 * The device has no room for what was asked. Nothing was allocated and nothing is broken: close
 * what is not needed, or take a smaller batch, and go on.
 */
public final class DeviceOutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long requested;

    /**
     * With a sentence for the user, and what was asked for.
     *
     * @param requested bytes
     */
    public DeviceOutOfMemoryException(String message, long requested) {
        super(message);
        this.requested = requested;
    }

    /** How many bytes were asked for. */
    public long requestedBytes() {
        return requested;
    }
}
