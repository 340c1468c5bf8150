package dev.thaw.backend.spi;

/** A backend cannot run on this machine; the message says why and what to do. */
public final class BackendUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With what was looked for, where, and what to do. */
    public BackendUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
