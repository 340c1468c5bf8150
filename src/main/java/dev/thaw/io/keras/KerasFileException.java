package dev.thaw.io.keras;

/**
 * The content of a file is not what it should be: damaged, hostile, or beyond what Thaw supports.
 * The message says where in the file, the rule, the value and the remedy. What the operating system
 * refuses (a missing file, a full disk) stays a plain {@link java.io.IOException}.
 */
public class KerasFileException extends RuntimeException {
    /** With a message for the user. */
    public KerasFileException(String message) {
        super(message);
    }

    /** With a message for the user and what led to it. */
    public KerasFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
