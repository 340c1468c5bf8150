package dev.thaw.layer;

import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/** What {@link GlobalAveragePooling2D} and {@link GlobalMaxPooling2D} have in common. */
abstract class GlobalPooling2D<S extends GlobalPooling2D<S>> extends UnaryLayer {
    private final Reduce.Kind kind;
    private boolean keepdims;

    GlobalPooling2D(Reduce.Kind kind) {
        this.kind = kind;
    }

    abstract S self();

    /** Whether the spatial axes stay, with extent 1; default false. */
    public final S keepdims(boolean value) {
        refuseIfBuilt("keepdims");
        keepdims = value;
        return self();
    }

    @Override
    protected final Shape outputShape(Shape input) {
        if (input.rank() != 4) {
            throw refuse("input must be (batch, height, width, channels), got " + input);
        }
        return keepdims ? reduced(input) : Shape.of(input.dim(0), input.last());
    }

    private static Shape reduced(Shape input) {
        return Shape.of(input.dim(0), 1, 1, input.last());
    }

    @Override
    protected final Value lower(Lowering l, Value x) {
        Value y = l.temp("pooled", reduced(x.shape()));
        l.emit(new Reduce(x, y, kind, List.of(1, 2)));
        return Reshape.emit(l, y, outputShape(x.shape()));
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("data_format", "channels_last");
        config.put("keepdims", keepdims);
    }
}
