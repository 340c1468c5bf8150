package dev.thaw.layer;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.tensor.Shape;

import java.util.List;

/** Several axes of a layer's input. */
public final class AxisList {
    private AxisList() {}

    /**
     * The walk over Keras's {@code axis}, of which it makes a sorted list when it builds a layer.
     */
    public static Axis walk(Layer layer, Properties p, Axis axis) {
        if (layer.isBuilt()) {
            p.axis("axis", axis.sorted());
            return axis;
        }
        return p.axis("axis", axis);
    }

    /** The axes in [0, rank), ascending; refuses one that does not exist or is named twice. */
    public static List<Integer> distinct(Layer layer, Shape input, Axis axis) {
        List<Integer> axes =
                axis.all().stream()
                        .map(a -> TrailingAxes.resolve(layer, input, a))
                        .distinct()
                        .sorted()
                        .toList();
        if (axes.size() != axis.all().size()) {
            throw layer.refuse("axis must not name an axis twice, got " + axis);
        }
        return axes;
    }
}
