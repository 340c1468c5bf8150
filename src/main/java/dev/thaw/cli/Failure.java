package dev.thaw.cli;

/** The work cannot be done; the message is all that the user needs: what, where, the remedy. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }
}
