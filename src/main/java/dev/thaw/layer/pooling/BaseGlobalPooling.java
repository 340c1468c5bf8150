package dev.thaw.layer.pooling;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * Pooling of all cells over 1 to 3 spatial axes.
 *
 * @param <S> the layer itself
 */
public abstract class BaseGlobalPooling<S extends BaseGlobalPooling<S>> extends SpatialLayer<S> {
    private final Reduce.Function function;
    private boolean keepdims;

    BaseGlobalPooling(int rank, Reduce.Function function) {
        super(rank);
        this.function = function;
    }

    @Override
    protected final void properties(Properties p) {
        dataFormat(p);
        keepdims = p.bool("keepdims", keepdims);
    }

    /** Whether the spatial axes stay, with extent 1; default false. */
    public final S keepdims(boolean value) {
        return with("keepdims", value);
    }

    @Override
    protected final Shape resultShape(Shape input) {
        return keepdims ? reduced(input) : Shape.of(input.dim(0), input.last());
    }

    private Shape reduced(Shape input) {
        Shape reduced = input;
        for (int axis : axes()) {
            reduced = reduced.withDim(axis, 1);
        }
        return reduced;
    }

    private List<Integer> axes() {
        List<Integer> axes = new ArrayList<>();
        for (int i = 1; i <= rank(); i++) {
            axes.add(i);
        }
        return axes;
    }

    @Override
    protected Value emit(Lowering l, Value x) {
        Value y = l.temp("pooled", reduced(x.shape()));
        l.emit(new Reduce(x, y, function, axes()));
        return l.formula().reshape(y, resultShape(x.shape()));
    }
}
