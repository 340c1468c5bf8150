package dev.thaw.train;

/**
 * Training has ended, and left a weight, a moving statistic or a state of the optimizer that is NaN
 * or infinite, though every loss was finite: the last updates were too large.
 */
public final class NonFiniteWeightException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    private final String weight;

    NonFiniteWeightException(String message, String weight) {
        super(message);
        this.weight = weight;
    }

    /** The path of its layer and its name: {@code dense/kernel}. */
    public String weight() {
        return weight;
    }
}
