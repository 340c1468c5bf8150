package dev.thaw.layer;

import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pooling of all cells over 1 to 3 spatial axes. */
public abstract class BaseGlobalPooling<S extends BaseGlobalPooling<S>> extends SpatialLayer<S> {
    private final Reduce.Kind kind;
    private boolean keepdims;

    BaseGlobalPooling(int rank, Reduce.Kind kind) {
        super(rank);
        this.kind = kind;
    }

    /** Whether the spatial axes stay, with extent 1; default false. */
    public final S keepdims(boolean value) {
        refuseIfBuilt("keepdims");
        keepdims = value;
        return self();
    }

    @Override
    final Shape resultShape(Shape input) {
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
    Value emit(Lowering l, Value x) {
        Value y = l.temp("pooled", reduced(x.shape()));
        l.emit(new Reduce(x, y, kind, axes()));
        return Reshape.emit(l, y, resultShape(x.shape()));
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("data_format", dataFormat());
        config.put("keepdims", keepdims);
    }
}
