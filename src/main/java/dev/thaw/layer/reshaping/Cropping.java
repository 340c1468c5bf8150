package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.op.Op;
import dev.thaw.op.Slice;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Cells taken off the spatial axes, which lie between the batch and the channels.
 *
 * @param <S> the layer itself
 */
public abstract class Cropping<S extends Cropping<S>> extends SidesLayer<S> {
    /** So many cells at both ends of each spatial axis. */
    Cropping(int rank, int cells) {
        super(rank, "cropping", cells);
    }

    @Override
    protected final void properties(Properties p) {
        sides(p);
        if (rank() > 1) { // Keras's Cropping1D has no data_format
            dataFormat(p);
        }
    }

    /**
     * Cells on the sides, each at least 0: one number for all sides, one for each axis, or two for
     * each axis, before and after.
     */
    public final S cropping(int... cells) {
        return sides(cells);
    }

    @Override
    final Shape changed(Shape shape, int axis, int before, int after) {
        long less = (long) before + after;
        if (shape.dim(axis) != Shape.NONE && less >= shape.dim(axis)) {
            throw refuse(
                    "cropping must leave at least 1 cell along each axis; it takes [%d, %d] off axis %d of %s"
                            .formatted(before, after, axis, shape));
        }
        return InputAxes.resized(this, shape, axis, n -> n - less);
    }

    @Override
    final Op move(Value x, Value y, List<Integer> begin) {
        return new Slice(x, y, begin);
    }
}
