package dev.thaw.conformance;

/**
 * How far a float32 result may lie from the double precision one: {@code EPSILON roundings
 * (|expected| + magnitude + floor)}. The magnitude of an element is the sum of the absolute values
 * of the terms that it adds up (found by running the reference on absolute inputs, see {@link
 * Draft#linear}); the floor is for numbers that cancel inside one formula.
 *
 * @param reason which family it is for
 * @param roundings how many rounding errors may come together
 * @param floor size of what cancels inside the formula
 */
record Tolerance(String reason, double roundings, double floor) {
    /** The relative error of one rounding to float32. */
    static final double EPSILON = 0x1p-24;

    /** Elements that are moved or chosen, never computed. */
    static final Tolerance EXACT = new Tolerance("exact", 0, 0);

    /** One to four operations without cancellation, each rounded once. */
    static final Tolerance ARITHMETIC = new Tolerance("arithmetic", 4, 0);

    /**
     * A function of one number and its derivative: up to four calls of a mathematical library, each
     * within 4 units, and differences of numbers of size 1, as in 1 - y^2.
     */
    static final Tolerance FUNCTION = new Tolerance("function", 16, 1);

    /**
     * Softmax: the argument x - max, at most 16 in these tests, carries a rounding error of 16
     * epsilon into the exponential; results are at most 1.
     */
    static final Tolerance SOFTMAX = new Tolerance("softmax", 32, 1);

    /** An optimizer's step: about eight operations on numbers of size 1. */
    static final Tolerance OPTIMIZER = new Tolerance("optimizer", 8, 1);

    /** "Four correct digits": half a unit of the fourth digit after the first. */
    static final double FOUR_DIGITS = 0.5e-4;

    /** Most standard deviations that a Box-Muller normal of 32 bits can reach: sqrt(2 ln 2^32). */
    static final double LARGEST_NORMAL = 6.7;

    /**
     * A sum of so many terms in any order: rounding errors are a random walk of sqrt(terms) steps;
     * 4 standard deviations of it, on terms whose magnitude is known.
     */
    static Tolerance sum(long terms) {
        return new Tolerance("sum of " + terms, 4 * Math.sqrt(terms), 0);
    }

    /** A sum of so many terms of about this size each, where their magnitude may cancel too. */
    static Tolerance sum(long terms, double size) {
        return new Tolerance("sum of " + terms, 4 * Math.sqrt(terms), size * Math.sqrt(terms));
    }

    /** A mean of so many numbers no larger than this: a sum, divided. */
    static Tolerance mean(long terms, double largest) {
        return new Tolerance("mean of " + terms, 4 + Math.sqrt(terms), largest);
    }

    /**
     * A normalized element, or its gradient: four operations on numbers of this size, which counts
     * the cancellation in x - mean: (|x| + |mean|) / standard deviation. The deviation comes from a
     * sum of positive numbers, whose random walk the root halves.
     */
    static Tolerance normalized(double size, long terms) {
        return new Tolerance("normalized", 16 + Math.sqrt(terms) / 2, size);
    }

    /** A sum over some of such normalized elements, which share the errors of their statistics. */
    static Tolerance sumOfNormalized(long summands, double size, long terms) {
        double roundings = 4 * Math.sqrt(summands) + Math.sqrt(terms) / 2;
        return new Tolerance("sum of normalized", roundings, size * Math.sqrt(summands));
    }

    /**
     * Something with a normal number in it: the uniform numbers keep their 32 bits, so that a
     * normal number has a few roundings of its largest size.
     */
    static Tolerance normal(double scale) {
        return new Tolerance("normal", 16, scale * LARGEST_NORMAL);
    }

    /**
     * Cross-entropy of a row: the logits' sum of terms of at most this size, and a few functions.
     */
    static Tolerance crossEntropy(long classes, double largest) {
        return new Tolerance("cross-entropy", 4 + 4 * Math.sqrt(classes), largest);
    }

    /** How far a result may be from the expected one. */
    double bound(double expected, double magnitude) {
        return EPSILON * roundings * (Math.abs(expected) + Math.abs(magnitude) + floor);
    }

    boolean admits(double expected, double actual, double magnitude) {
        return actual == expected
                || actual == (float) expected
                || Double.isNaN(actual) && Double.isNaN(expected)
                || Math.abs(actual - expected) <= bound(expected, magnitude);
    }
}
