package dev.thaw.layer;

import dev.thaw.config.Properties;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Locale;

/** Where data enters a graph. Users make one with {@link Input}. */
public final class InputLayer extends Layer {
    private final Shape shape;
    private final DType dtype;

    InputLayer(Shape shape, DType dtype) {
        this.shape = shape;
        this.dtype = dtype;
    }

    /** The shape of what enters, batch included. */
    public Shape shape() {
        return shape;
    }

    @Override
    public DType outputDType(int output) {
        return dtype;
    }

    @Override
    public List<Shape> outputShapes(List<Shape> inputs) {
        return List.of(shape);
    }

    @Override
    public List<Value> lower(Lowering l, List<Value> inputs) {
        return inputs;
    }

    @Override
    protected void properties(Properties p) {
        p.shape("batch_shape", shape);
        p.text("dtype", dtype.name().toLowerCase(Locale.ROOT));
    }
}
