package dev.thaw.config;

import java.util.Arrays;
import java.util.List;

/**
 * One axis, or a list of them; Keras writes back which it was. Negative ones count from the end.
 *
 * @param all the axes, in the order given
 * @param list whether it is a list
 */
public record Axis(List<Integer> all, boolean list) {
    /** The last axis. */
    public static final Axis LAST = of(-1);

    /** Keeps its own copy. */
    public Axis {
        all = List.copyOf(all);
    }

    /** One axis, or several as a list. */
    public static Axis of(int... axes) {
        return new Axis(Arrays.stream(axes).boxed().toList(), axes.length != 1);
    }

    /** As a list, in ascending order. */
    public Axis sorted() {
        return new Axis(all.stream().sorted().toList(), true);
    }

    @Override
    public String toString() {
        return list ? all.toString() : all.get(0).toString();
    }
}
