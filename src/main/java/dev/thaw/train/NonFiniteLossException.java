package dev.thaw.train;

/**
 * The loss, or a gradient of it, became NaN or infinite. The weights are what they were before the
 * step that failed.
 */
public final class NonFiniteLossException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    private final long step;
    private final String layer;

    NonFiniteLossException(String message, long step, String layer) {
        super(message);
        this.step = step;
        this.layer = layer;
    }

    /** The optimizer's step count when it happened. */
    public long step() {
        return step;
    }

    /**
     * The path of the first layer whose output was not finite; empty where only the loss or a
     * gradient was not, or where a stream gave other samples when it was read again.
     */
    public String layer() {
        return layer;
    }
}
