package dev.thaw.layer.preprocessing;

import dev.thaw.layer.Layer;

import java.util.List;

/**
 * Two numbers, between which others are drawn.
 *
 * @param lower the smaller one
 * @param upper the larger one
 */
record Bounds(double lower, double upper) {
    /** Refuses bounds in the wrong order and what is not finite. */
    Bounds {
        if (!(lower <= upper) || !Double.isFinite(lower) || !Double.isFinite(upper)) {
            throw new IllegalArgumentException(
                    "bounds: must be finite and in ascending order, got %s and %s"
                            .formatted(lower, upper));
        }
    }

    /** From -factor to factor. */
    static Bounds around(double factor) {
        return new Bounds(-Math.abs(factor), Math.abs(factor));
    }

    /** Of one number, which reaches in both directions, or of two in either order. */
    static Bounds of(Layer layer, String property, List<Double> given) {
        if (given == null || given.isEmpty() || given.size() > 2) {
            throw layer.refuse(
                    "%s must be one number or two, got %s"
                            .formatted(property, given == null ? "nothing" : given));
        }
        double first = given.get(0);
        double last = given.get(given.size() - 1);
        return given.size() == 1
                ? around(first)
                : new Bounds(Math.min(first, last), Math.max(first, last));
    }

    /** Refuses bounds outside of [least, most]. */
    Bounds within(Layer layer, String property, double least, double most) {
        if (lower < least || upper > most) {
            throw layer.refuse(
                    "%s must be in [%s, %s], got %s".formatted(property, least, most, this));
        }
        return this;
    }

    /** As a list, or null where there are none. */
    static List<Double> list(Bounds bounds) {
        return bounds == null ? null : List.of(bounds.lower, bounds.upper);
    }

    /** The two numbers: {@code [-0.1, 0.2]}. */
    @Override
    public String toString() {
        return "[" + lower + ", " + upper + "]";
    }
}
