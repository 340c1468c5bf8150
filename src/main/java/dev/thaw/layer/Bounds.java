package dev.thaw.layer;

import java.util.List;

/**
 * From where to where a random number is drawn.
 *
 * @param lower the smallest
 * @param upper the largest, at least lower
 */
public record Bounds(double lower, double upper) {
    /** Refuses bounds in the wrong order and what is not finite. */
    public Bounds {
        if (!(lower <= upper) || !Double.isFinite(lower) || !Double.isFinite(upper)) {
            throw new IllegalArgumentException(
                    "bounds: must be finite and in ascending order, got "
                            + lower
                            + " and "
                            + upper);
        }
    }

    /** From -factor to factor. */
    static Bounds around(double factor) {
        return new Bounds(-Math.abs(factor), Math.abs(factor));
    }

    /** Refuses bounds outside of [least, most]. */
    Bounds within(Layer layer, String property, double least, double most) {
        if (lower < least || upper > most) {
            throw layer.refuse(property + " must be in [" + least + ", " + most + "], got " + this);
        }
        return this;
    }

    /** As Keras writes them. */
    List<Double> config() {
        return List.of(lower, upper);
    }

    /** The two numbers: {@code [-0.1, 0.2]}. */
    @Override
    public String toString() {
        return "[" + lower + ", " + upper + "]";
    }
}
