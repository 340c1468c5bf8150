package dev.thaw.train;

/**
 * The thread that trains was interrupted. Training ended between two steps: weights, statistics and
 * the optimizer's state are those that the last step left, and another {@code fit} goes on from
 * there. The thread's interrupt flag is set.
 */
public final class TrainingInterruptedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** Sets the flag of this thread. */
    TrainingInterruptedException(String message, Throwable cause) {
        super(message, cause);
        Thread.currentThread().interrupt();
    }
}
