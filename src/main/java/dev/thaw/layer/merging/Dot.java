package dev.thaw.layer.merging;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.TypedLayer;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * For each sample, the sum of products along one axis of each of two inputs: y[n, i.., j..] = sum_k
 * x1[n, i.., k, ..] x2[n, j.., k, ..]. The remaining axes of the first input come first; where none
 * remains, y is [N, 1]. Optionally each vector along the axis is divided by its length first.
 */
public final class Dot extends TypedLayer<Dot> {
    /** Keras's epsilon: the least length that a vector is divided by. */
    private static final double EPSILON = 1e-7;

    private Axis axes;
    private boolean normalize;

    /** A layer whose axes are still to be given. */
    public Dot() {}

    /**
     * Along the axis of this number in both inputs, or along one axis of the first input and one of
     * the second; negative ones count from the end.
     */
    public Dot(int... axes) {
        axes(axes);
    }

    @Override
    protected void properties(Properties p) {
        axes = p.axis("axes", axes);
        if (axes != null && (axes.all().size() > 2 || axes.all().contains(0))) {
            throw refuse("axes must be one or two, and none the batch, 0, got " + axes);
        }
        normalize = p.bool("normalize", normalize);
    }

    /**
     * The axis of both inputs, or one of the first input and one of the second; it must be given,
     * there is no default.
     */
    public Dot axes(int... value) {
        return with("axes", value);
    }

    /** Whether each vector is divided by its length: the cosine; default false. */
    public Dot normalize(boolean value) {
        return with("normalize", value);
    }

    private int axis(Shape input, int which) {
        int a =
                InputAxes.resolve(
                        this, input, axes.all().get(Math.min(which, axes.all().size() - 1)));
        if (a == 0) {
            throw refuse(
                    "axes must not be the batch, got %s for the input %s".formatted(axes, input));
        }
        return a;
    }

    @Override
    public boolean takesList() {
        return true;
    }

    @Override
    public List<Shape> outputShapes(List<Shape> inputs) {
        if (inputs.size() != 2) {
            throw refuse("multiplies 2 inputs, got " + inputs.size());
        }
        Shape a = inputs.get(0);
        Shape b = inputs.get(1);
        int i = axis(a, 0);
        int j = axis(b, 1);
        if (!a.pick(List.of(0, i)).accepts(b.pick(List.of(0, j)))) {
            throw refuse(
                    "inputs must have the same batch, and the same extent along axes %s, got %s"
                            .formatted(axes, inputs));
        }
        Shape y = a.withDim(0, a.dim(0) == Shape.NONE ? b.dim(0) : a.dim(0)).without(List.of(i));
        for (int axis : b.axesBut(List.of(0, j))) {
            y = y.append(b.dim(axis));
        }
        return List.of(y.rank() == 1 ? y.append(1) : y);
    }

    @Override
    public List<Value> lower(Lowering l, List<Value> inputs) {
        Formula f = l.formula();
        Value a = vectors(f, inputs.get(0), axis(inputs.get(0).shape(), 0));
        Value b = vectors(f, inputs.get(1), axis(inputs.get(1).shape(), 1));
        Value y = Products.ofRows(f, a, b);
        Shape shape = outputShapes(inputs.stream().map(Value::shape).toList()).get(0);
        Value result = f.reshape(y, shape);
        l.setMask(result, null);
        return List.of(result);
    }

    /** As Keras, where a mask ends here, but not for want of support. */
    @Override
    public boolean supportsMasking() {
        return true;
    }

    /** x as [N, M, K], with the axis last. */
    private Value vectors(Formula f, Value x, int axis) {
        Value ordered = f.transpose(x, x.shape().axesToEnd(List.of(axis)));
        int batch = x.shape().dim(0);
        int k = x.shape().dim(axis);
        int rows = ordered.shape().extent(1, x.shape().rank() - 1);
        Value v = f.reshape(ordered, Shape.of(batch, rows, k));
        return normalize ? unit(f, v) : v;
    }

    /** x / max(|x|, epsilon) along the last axis. */
    private static Value unit(Formula f, Value x) {
        Value squares = f.reduceLast(f.apply(Fn.Function.SQUARE, x), Reduce.Function.SUM);
        Value length =
                f.apply(Fn.Function.SQRT, f.clip(squares, EPSILON * EPSILON, Float.MAX_VALUE));
        return f.combine(x, Binary.Function.MUL, f.apply(Fn.Function.RECIPROCAL, length));
    }
}
