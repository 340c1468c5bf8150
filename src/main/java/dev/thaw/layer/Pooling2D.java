package dev.thaw.layer;

import dev.thaw.op.Pool;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/** What {@link MaxPooling2D} and {@link AveragePooling2D} have in common. */
abstract class Pooling2D<S extends Pooling2D<S>> extends UnaryLayer {
    private final Pool.Kind kind;
    private WindowSpec window;

    Pooling2D(Pool.Kind kind, Size2D poolSize) {
        List<Integer> size = WindowSpec.extents(this, "poolSize", poolSize);
        this.kind = kind;
        this.window = new WindowSpec(size, size, List.of(1, 1), Padding.VALID);
    }

    abstract S self();

    /** Steps of the window along both axes, in cells; default the pool size. */
    public final S strides(int value) {
        return strides(Size2D.square(value));
    }

    /** Steps of the window, in cells; default the pool size. */
    public final S strides(Size2D value) {
        refuseIfBuilt("strides");
        window = window.withStrides(WindowSpec.extents(this, "strides", value));
        return self();
    }

    /** How the window treats the border; default VALID. Cells of the padding never count. */
    public final S padding(Padding value) {
        refuseIfBuilt("padding");
        window = window.withPadding(value);
        return self();
    }

    @Override
    protected final Shape outputShape(Shape input) {
        window.checkInput(this, input);
        return window.outputShape(this, input, input.last());
    }

    @Override
    protected final Value lower(Lowering l, Value x) {
        Value y = l.temp("pooled", outputShape(x.shape()));
        l.emit(new Pool(x, y, kind, window.over(x.shape())));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("pool_size", window.size());
        config.put("padding", window.padding());
        config.put("strides", window.strides());
        config.put("data_format", "channels_last");
    }
}
