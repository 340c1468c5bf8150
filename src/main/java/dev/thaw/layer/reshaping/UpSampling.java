package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Collections;
import java.util.List;

/**
 * Each cell several times along the spatial axes, which lie between the batch and the channels.
 *
 * @param <S> the layer itself
 */
public abstract class UpSampling<S extends UpSampling<S>> extends SpatialLayer<S> {
    private List<Integer> size;

    UpSampling(int rank) {
        super(rank);
        size = Collections.nCopies(rank, 2);
    }

    /** The walk over the size. */
    final void size(Properties p) {
        Range positive = Range.atLeast(1);
        // Keras's UpSampling1D has one number and no list
        size =
                rank() == 1
                        ? List.of(p.integer("size", size.get(0), positive))
                        : p.perAxis("size", size, rank(), positive);
    }

    /** How often, at least once: one number for all axes, or one for each; default twice. */
    public final S size(int... value) {
        return with("size", rank() == 1 && value.length == 1 ? (Object) value[0] : value);
    }

    @Override
    protected final Shape resultShape(Shape input) {
        Shape grown = input;
        for (int i = 0; i < size.size(); i++) {
            int times = size.get(i);
            grown = InputAxes.resized(this, grown, i + 1, n -> n * times);
        }
        return grown;
    }

    @Override
    protected Value emit(Lowering l, Value x) {
        Value y = x;
        for (int i = 0; i < size.size(); i++) {
            y = repeat(l.formula(), y, i + 1, size.get(i));
        }
        return y;
    }

    /** Each element of an axis so many times in a row. */
    public static Value repeat(Formula f, Value x, int axis, int times) {
        if (times == 1) {
            return x;
        }
        Shape s = x.shape();
        int outer = s.extent(0, axis + 1);
        int inner = s.extent(axis + 1, s.rank());
        Value column = f.reshape(x, Shape.of(outer, 1, inner));
        Value repeated = f.repeat(column, Shape.of(outer, times, inner));
        return f.reshape(repeated, s.withDim(axis, Math.multiplyExact(s.dim(axis), times)));
    }
}
