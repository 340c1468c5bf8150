package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.op.Op;
import dev.thaw.op.Pad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Zeros around the spatial axes, which lie between the batch and the channels.
 *
 * @param <S> the layer itself
 */
public abstract class ZeroPadding<S extends ZeroPadding<S>> extends SidesLayer<S> {
    /** So many cells at both ends of each spatial axis. */
    ZeroPadding(int rank, int cells) {
        super(rank, "padding", cells);
    }

    @Override
    protected final void properties(Properties p) {
        sides(p);
        dataFormat(p);
    }

    /**
     * Cells on the sides, each at least 0: one number for all sides, one for each axis, or two for
     * each axis, before and after.
     */
    public final S padding(int... cells) {
        return sides(cells);
    }

    @Override
    final Shape changed(Shape shape, int axis, int before, int after) {
        return InputAxes.resized(this, shape, axis, n -> n + before + after);
    }

    @Override
    final Op move(Value x, Value y, List<Integer> begin) {
        return new Pad(x, y, begin);
    }
}
