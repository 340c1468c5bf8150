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

    /** Of one number, which reaches in both directions, or of two in either order. */
    static Bounds of(Layer layer, String property, List<Double> given) {
        if (given == null || given.isEmpty() || given.size() > 2) {
            throw layer.refuse(
                    "%s must be one number or two, got %s"
                            .formatted(property, given == null ? "nothing" : given));
        }
        double first = given.get(0);
        double last = given.size() == 1 ? -first : given.get(1);
        return new Bounds(Math.min(first, last), Math.max(first, last));
    }

    /** Of a factor that must be in [least, 1]; null where it is still to be given. */
    static Bounds factor(Layer layer, String property, List<Double> given, double least) {
        if (given == null) {
            return null;
        }
        Bounds bounds = of(layer, property, given);
        if (bounds.lower < least || bounds.upper > 1) {
            throw layer.refuse(
                    "%s must be in [%s, 1.0], got %s".formatted(property, least, bounds));
        }
        return bounds;
    }

    /** As a list, or null where there are none. */
    static List<Double> list(Bounds bounds) {
        return bounds == null ? null : List.of(bounds.lower, bounds.upper);
    }

    /** The two numbers: {@code [-0.1, 0.2]}. */
    @Override
    public String toString() {
        return "[%s, %s]".formatted(lower, upper);
    }
}
