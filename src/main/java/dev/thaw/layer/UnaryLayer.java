package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * A layer with one input and one output.
 *
 * @param <S> the layer itself
 */
public abstract class UnaryLayer<S extends UnaryLayer<S>> extends TypedLayer<S> {
    /** The shape that comes out for this input, batch included; by default the input's. */
    protected Shape outputShape(Shape input) {
        return input;
    }

    /** Emits the layer's ops for one call. */
    protected abstract Value lower(Lowering l, Value x);

    /** The weights for this input shape. */
    protected List<WeightSpec> weightSpecs(Shape input) {
        return List.of();
    }

    @Override
    protected final List<WeightSpec> weightSpecs(List<Shape> inputs) {
        return weightSpecs(only(inputs));
    }

    @Override
    public final List<Shape> outputShapes(List<Shape> inputs) {
        return List.of(outputShape(only(inputs)));
    }

    @Override
    public final List<Value> lower(Lowering l, List<Value> inputs) {
        return List.of(lower(l, only(inputs)));
    }

    private <T> T only(List<T> inputs) {
        if (inputs.size() != 1) {
            throw refuse("takes one input, got " + inputs.size());
        }
        return inputs.get(0);
    }
}
