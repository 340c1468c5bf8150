package dev.thaw.layer;

import dev.thaw.op.Pool;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/** Pooling over 1 to 3 spatial axes. */
public abstract class BasePooling<S extends BasePooling<S>> extends SpatialLayer<S> {
    private final Pool.Kind kind;
    private WindowSpec window;

    BasePooling(int rank, Pool.Kind kind, Extents poolSize) {
        super(rank);
        List<Integer> size = poolSize.over(this, "poolSize", rank, 1);
        this.kind = kind;
        this.window = WindowSpec.dense(size).withStrides(size);
    }

    /** Steps of the window along all axes, in cells; default the pool size. */
    public final S strides(int value) {
        return strides(Extents.of(value));
    }

    /** Steps of the window, in cells; default the pool size. */
    public final S strides(Extents value) {
        refuseIfBuilt("strides");
        window = window.withStrides(value.over(this, "strides", rank(), 1));
        return self();
    }

    /** How the window treats the border; default VALID. Cells of the padding never count. */
    public final S padding(Padding value) {
        refuseIfBuilt("padding");
        if (value == Padding.CAUSAL) {
            throw refuse("padding CAUSAL is for Conv1D alone; use VALID or SAME");
        }
        window = window.withPadding(value);
        return self();
    }

    @Override
    final Shape resultShape(Shape input) {
        return window.outputShape(this, input, input.last());
    }

    @Override
    final Value emit(Lowering l, Value x) {
        Value y = l.temp("pooled", resultShape(x.shape()));
        l.emit(new Pool(x, y, kind, window.over(x.shape())));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("pool_size", window.size());
        config.put("padding", window.padding());
        config.put("strides", window.strides());
        config.put("data_format", dataFormat());
    }
}
