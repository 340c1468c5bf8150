package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.op.Pad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Zeros around the spatial axes, which lie between the batch and the channels.
 *
 * @param <S> the layer itself
 */
public abstract class ZeroPadding<S extends ZeroPadding<S>> extends SpatialLayer<S> {
    private List<List<Integer>> sides;

    /** So many cells at both ends of each spatial axis. */
    ZeroPadding(int rank, int cells) {
        super(rank);
        sides = Sides.of(this, "padding", rank, cells);
    }

    @Override
    protected final void properties(Properties p) {
        sides = p.pairs("padding", sides, rank(), Range.atLeast(0));
        dataFormat(p);
    }

    /**
     * Cells on the sides, each at least 0: one number for all sides, one for each axis, or two for
     * each axis, before and after.
     */
    public final S padding(int... cells) {
        return with("padding", Sides.of(this, "padding", rank(), cells));
    }

    @Override
    protected final Shape resultShape(Shape input) {
        Shape padded = input;
        for (int i = 0; i < sides.size(); i++) {
            long more = (long) sides.get(i).get(0) + sides.get(i).get(1);
            padded = InputAxes.resized(this, padded, i + 1, n -> n + more);
        }
        return padded;
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
        Shape padded = resultShape(x.shape());
        if (padded.equals(x.shape())) {
            return x;
        }
        Value y = l.temp("padded", padded);
        l.emit(new Pad(x, y, Sides.begin(sides)));
        return y;
    }
}
