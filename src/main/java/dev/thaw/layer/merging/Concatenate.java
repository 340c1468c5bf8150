package dev.thaw.layer.merging;

import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.TypedLayer;
import dev.thaw.op.Binary;
import dev.thaw.op.Concat;
import dev.thaw.op.Fill;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** The inputs side by side along one axis; the other extents agree. */
public final class Concatenate extends TypedLayer<Concatenate> {
    private int axis = -1;

    /** Along the last axis. */
    public Concatenate() {}

    /** Along this axis; negative ones count from the end. */
    public Concatenate(int axis) {
        axis(axis);
    }

    @Override
    protected void properties(Properties p) {
        axis = p.integer("axis", axis);
    }

    /** The axis; negative ones count from the end; default -1. */
    public Concatenate axis(int value) {
        return with("axis", value);
    }

    @Override
    public boolean takesList() {
        return true;
    }

    @Override
    public List<Shape> outputShapes(List<Shape> inputs) {
        if (inputs.isEmpty()) {
            throw refuse("joins 1 or more inputs, got none");
        }
        if (InputAxes.resolve(this, inputs.get(0), axis) == 0) {
            throw refuse("axis must not be 0, the batch (samples cannot be joined in a model)");
        }
        return List.of(joined(this, inputs, axis));
    }

    /** The shape of inputs side by side along an axis; refuses those that do not fit. */
    public static Shape joined(Layer asking, List<Shape> inputs, int axis) {
        Shape joined = inputs.get(0);
        int a = InputAxes.resolve(asking, joined, axis);
        for (Shape next : inputs.subList(1, inputs.size())) {
            if (next.rank() != joined.rank()
                    || !joined.withDim(a, Shape.NONE).accepts(next.withDim(a, Shape.NONE))) {
                throw asking.refuse(
                        "inputs must agree in rank and in every extent but that of axis %d, got %s"
                                .formatted(axis, inputs));
            }
            Shape all = joined.orElse(next).withDim(a, joined.dim(a));
            long more = next.dim(a);
            joined =
                    more == Shape.NONE
                            ? all.withDim(a, Shape.NONE)
                            : InputAxes.resized(asking, all, a, n -> n + more);
        }
        return joined;
    }

    @Override
    public List<Value> lower(Lowering l, List<Value> inputs) {
        if (inputs.size() == 1) {
            return inputs;
        }
        Shape joined = outputShapes(inputs.stream().map(Value::shape).toList()).get(0);
        Value y = l.temp("joined", joined);
        l.emit(new Concat(inputs, y, joined.axis(axis)));
        if (inputs.stream().anyMatch(x -> l.mask(x) != null)) {
            l.setMask(y, mask(l, inputs, joined.axis(axis)));
        }
        return List.of(y);
    }

    /**
     * The masks side by side; along the last axis, which masks lack, what is valid in any input. An
     * input without a mask is valid throughout.
     */
    private static Value mask(Lowering l, List<Value> inputs, int axis) {
        List<Value> masks = inputs.stream().map(x -> maskOrOnes(l, x)).toList();
        if (axis >= masks.get(0).shape().rank()) {
            return masks.stream()
                    .reduce((a, b) -> l.formula().combine(a, Binary.Function.MAX, b))
                    .orElseThrow();
        }
        int extent = masks.stream().mapToInt(m -> m.shape().dim(axis)).sum();
        Value joined = l.temp("mask", masks.get(0).shape().withDim(axis, extent));
        l.emit(new Concat(masks, joined, axis));
        return joined;
    }

    private static Value maskOrOnes(Lowering l, Value x) {
        if (l.mask(x) != null) {
            return l.mask(x);
        }
        Value ones = l.temp("mask", x.shape().sub(0, x.shape().rank() - 1));
        l.emit(new Fill(ones, 1));
        return ones;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
