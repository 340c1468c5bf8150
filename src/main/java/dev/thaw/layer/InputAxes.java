package dev.thaw.layer;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.function.LongUnaryOperator;

/** The axes of a layer's input that its configuration names. */
public final class InputAxes {
    private InputAxes() {}

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

    /** The axis as a number in [0, rank); refuses one that does not exist. */
    public static int resolve(Layer layer, Shape shape, int axis) {
        if (!shape.hasAxis(axis)) {
            throw layer.refuse(
                    "axis %d does not exist in its input %s; use -1 for the last axis"
                            .formatted(axis, shape));
        }
        return shape.axis(axis);
    }

    /**
     * The shape of weights that have a number for each position along the axes. Keras sorts the
     * axes as they were given, negative ones first: {@code axis(1, -1)} on (N, 3, 4, 5) makes
     * weights of (5, 3), whose numbers it reads row-major along (3, 5) nevertheless. Files have
     * that shape.
     */
    public static Shape weightShape(Layer layer, Shape input, Axis axis) {
        distinct(layer, input, axis);
        return input.pick(axis.sorted().all());
    }

    /** The shape with another extent along an axis, if it is known; refuses one beyond an int. */
    public static Shape resized(Layer layer, Shape shape, int axis, LongUnaryOperator extent) {
        if (shape.dim(axis) == Shape.NONE) {
            return shape;
        }
        long made = extent.applyAsLong(shape.dim(axis));
        if (made > Integer.MAX_VALUE) {
            throw layer.refuse(
                    "the new extent of axis %d must fit in an int, got %d from %s"
                            .formatted(axis, made, shape));
        }
        return shape.withDim(axis, (int) made);
    }

    /** The axes in [0, rank), ascending; refuses one that does not exist or is named twice. */
    public static List<Integer> distinct(Layer layer, Shape input, Axis axis) {
        List<Integer> axes =
                axis.all().stream().map(a -> resolve(layer, input, a)).distinct().sorted().toList();
        if (axes.size() != axis.all().size()) {
            throw layer.refuse("axis must not name an axis twice, got " + axis);
        }
        return axes;
    }
}
