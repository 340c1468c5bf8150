package dev.thaw.config;

/**
 * Which numbers an option may have.
 *
 * @param words the rule, to stand behind "must be"
 * @param least the smallest number
 * @param most the largest number
 * @param open whether the largest number itself is out
 */
public record Range(String words, double least, double most, boolean open) {
    /** Any whole number. */
    public static final Range ANY =
            new Range("a whole number", Integer.MIN_VALUE, Integer.MAX_VALUE, false);

    /** Any finite number. */
    public static final Range FINITE =
            new Range("finite", -Double.MAX_VALUE, Double.MAX_VALUE, false);

    /** From 0 to 1. */
    public static final Range FRACTION = new Range("in [0, 1]", 0, 1, false);

    /** From 0 to below 1. */
    public static final Range BELOW_ONE = new Range("in [0, 1)", 0, 1, true);

    /** Above 0 and finite. */
    public static final Range POSITIVE =
            new Range("finite and above 0", Double.MIN_VALUE, Double.MAX_VALUE, false);

    /** At least 0 and finite. */
    public static final Range NOT_NEGATIVE =
            new Range("finite and at least 0", 0, Double.MAX_VALUE, false);

    /** At least this whole number. */
    public static Range atLeast(int least) {
        return new Range("at least " + least, least, Integer.MAX_VALUE, false);
    }

    /** The same rule with its reason. */
    public Range because(String reason) {
        return new Range(words + " (" + reason + ")", least, most, open);
    }

    /** Whether the number is in; NaN is not. */
    public boolean holds(double value) {
        return value >= least && (open ? value < most : value <= most);
    }

    /**
     * The number itself; refuses one that is not in.
     *
     * @param what whose number it is: {@code huber: delta}
     */
    public double check(String what, double value) {
        if (!holds(value)) {
            throw refused(what, value);
        }
        return value;
    }

    /** The same of a whole number. */
    public int check(String what, int value) {
        if (!holds(value)) {
            throw refused(what, value);
        }
        return value;
    }

    private IllegalArgumentException refused(String what, Number value) {
        return new IllegalArgumentException("%s must be %s, got %s".formatted(what, words, value));
    }
}
