package dev.thaw.layer;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Numbers of cells along the spatial axes of an input, in the order of the axes: the size of a
 * window, its steps, or the distance between its cells.
 *
 * @param values one number for all axes alike, or one for each
 */
public record Extents(List<Integer> values) {
    /** Keeps its own copy of the numbers, of which there is at least one. */
    public Extents {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("extents: there must be at least one number");
        }
    }

    /** One number for all axes alike, or one for each. */
    public static Extents of(int... values) {
        return new Extents(Arrays.stream(values).boxed().toList());
    }

    /**
     * One number for each of so many axes; refuses another count and numbers that are too small.
     */
    List<Integer> over(Layer layer, String property, int rank, int smallest) {
        if (values.size() != 1 && values.size() != rank) {
            throw layer.refuse(
                    property
                            + " must be one number, or "
                            + rank
                            + " (one along each axis), got "
                            + this);
        }
        List<Integer> all =
                values.size() == rank ? values : Collections.nCopies(rank, values.get(0));
        if (Collections.min(all) < smallest) {
            throw layer.refuse(
                    property + " must be at least " + smallest + " along each axis, got " + this);
        }
        return List.copyOf(all);
    }

    /** As Keras prints it: {@code (3, 5)}. */
    @Override
    public String toString() {
        return values.size() == 1
                ? values.get(0).toString()
                : values.toString().replace('[', '(').replace(']', ')');
    }
}
