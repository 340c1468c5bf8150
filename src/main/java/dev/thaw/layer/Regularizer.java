package dev.thaw.layer;

/**
 * l1 sum |w| + l2 sum w^2, added to the loss while the weight is trainable; not divided by the
 * batch.
 *
 * @param l1 factor of the absolute values, at least 0
 * @param l2 factor of the squares, at least 0
 */
public record Regularizer(double l1, double l2) {
    /** No regularization. */
    public static final Regularizer NONE = new Regularizer(0, 0);

    /** Refuses negative and non-finite factors. */
    public Regularizer {
        if (!(l1 >= 0 && l2 >= 0 && l1 + l2 < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "regularizer: l1 and l2 must be finite and at least 0, got "
                            + l1
                            + " and "
                            + l2);
        }
    }

    /** l1 sum |w|. */
    public static Regularizer l1(double l1) {
        return new Regularizer(l1, 0);
    }

    /** l2 sum w^2. */
    public static Regularizer l2(double l2) {
        return new Regularizer(0, l2);
    }
}
