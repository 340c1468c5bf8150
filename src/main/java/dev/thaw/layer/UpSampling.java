package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** Each cell several times along the spatial axes, which lie between the batch and the channels. */
public abstract class UpSampling<S extends UpSampling<S>> extends SpatialLayer<S> {
    private final List<Integer> size;

    /** How often along each spatial axis, each at least 1. */
    UpSampling(int rank, Extents size) {
        super(rank);
        this.size = size.over(this, "size", rank, 1);
    }

    final List<Integer> size() {
        return size;
    }

    @Override
    final Shape resultShape(Shape input) {
        Shape grown = input;
        for (int i = 0; i < size.size(); i++) {
            int extent = input.dim(i + 1);
            long times = (long) extent * size.get(i);
            if (times > Integer.MAX_VALUE) {
                throw refuse("the larger extent must fit in an int, got " + times);
            }
            grown = extent == Shape.NONE ? grown : grown.withDim(i + 1, (int) times);
        }
        return grown;
    }

    @Override
    Value emit(Lowering l, Value x) {
        Value y = x;
        for (int i = 0; i < size.size(); i++) {
            y = repeat(l.formula(), y, i + 1, size.get(i));
        }
        return y;
    }

    /** Each element of an axis so many times in a row. */
    static Value repeat(Formula f, Value x, int axis, int times) {
        if (times == 1) {
            return x;
        }
        Shape s = x.shape();
        int outer = Math.toIntExact(s.size(0, axis + 1));
        int inner = Math.toIntExact(s.size(axis + 1, s.rank()));
        Value column = f.reshape(x, Shape.of(outer, 1, inner));
        Value repeated = f.repeat(column, Shape.of(outer, times, inner));
        return f.reshape(repeated, s.withDim(axis, Math.multiplyExact(s.dim(axis), times)));
    }
}
