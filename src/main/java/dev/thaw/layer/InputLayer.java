package dev.thaw.layer;

import dev.thaw.config.Properties;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.List;

/** Where data enters a graph. Users make one with {@link Input}. */
public final class InputLayer extends Layer {
    private final Shape shape;
    private final WholeType whole;

    InputLayer(Shape shape, DType dtype) {
        this(shape, WholeType.of(dtype));
    }

    InputLayer(Shape shape, WholeType whole) {
        this.shape = shape;
        this.whole = whole;
    }

    /** The shape of what enters, batch included. */
    public Shape shape() {
        return shape;
    }

    /** Which whole numbers enter; null where FLOAT32 does. */
    public WholeType whole() {
        return whole;
    }

    @Override
    public DType outputDType(int output) {
        return whole == null ? DType.FLOAT32 : whole.dtype();
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
        p.text("dtype", whole == null ? "float32" : whole.kerasName());
    }
}
