package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;

/** Several axes of a layer's input. */
final class AxisList {
    private AxisList() {}

    /** The axes in [0, rank), ascending; refuses one that does not exist or is named twice. */
    static List<Integer> distinct(Layer layer, Shape input, int... axis) {
        List<Integer> axes =
                Arrays.stream(axis)
                        .map(a -> TrailingAxes.resolve(layer, input, a))
                        .distinct()
                        .sorted()
                        .boxed()
                        .toList();
        if (axes.size() != axis.length) {
            throw layer.refuse("axis must not name an axis twice, got " + Arrays.toString(axis));
        }
        return axes;
    }
}
