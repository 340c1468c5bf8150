package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Several axes of a layer's input. */
final class AxisList {
    private AxisList() {}

    /** Keras's {@code axis}, of which it makes a sorted list when it builds the layer. */
    static Object describe(Layer layer, int... axis) {
        IntStream given = Arrays.stream(axis);
        return axis.length == 1 && !layer.isBuilt()
                ? (Object) axis[0]
                : (layer.isBuilt() ? given.sorted() : given).boxed().toList();
    }

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
