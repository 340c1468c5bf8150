package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.op.Slice;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Cells taken off the spatial axes, which lie between the batch and the channels.
 *
 * @param <S> the layer itself
 */
public abstract class Cropping<S extends Cropping<S>> extends SpatialLayer<S> {
    private List<List<Integer>> sides;

    /** So many cells at both ends of each spatial axis. */
    Cropping(int rank, int cells) {
        super(rank);
        sides = Sides.of(this, "cropping", rank, cells);
    }

    @Override
    protected final void properties(Properties p) {
        sides = p.pairs("cropping", sides, rank(), Range.atLeast(0));
        if (rank() > 1) { // Keras's Cropping1D has no data_format
            dataFormat(p);
        }
    }

    /**
     * Cells on the sides, each at least 0: one number for all sides, one for each axis, or two for
     * each axis, before and after.
     */
    public final S cropping(int... cells) {
        return with("cropping", Sides.of(this, "cropping", rank(), cells));
    }

    @Override
    protected final Shape resultShape(Shape input) {
        Shape cropped = input;
        for (int i = 0; i < sides.size(); i++) {
            int extent = input.dim(i + 1);
            List<Integer> s = sides.get(i);
            if (extent != Shape.NONE && (long) s.get(0) + s.get(1) >= extent) {
                throw refuse(
                        "cropping must leave at least 1 cell along each axis; it takes %s off axis %d of %s"
                                .formatted(s, i + 1, input));
            }
            cropped = InputAxes.resized(this, cropped, i + 1, n -> n - s.get(0) - s.get(1));
        }
        return cropped;
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
        Shape cropped = resultShape(x.shape());
        if (cropped.equals(x.shape())) {
            return x;
        }
        Value y = l.temp("cropped", cropped);
        l.emit(new Slice(x, y, Sides.begin(sides)));
        return y;
    }
}
