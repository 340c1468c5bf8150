package dev.thaw.layer.activation;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.TrailingAxes;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * y = e^x_i / sum_k e^x_k over one axis or several. x, y: any shape of rank 1 and more, the same. A
 * mask that is given to the call, of the shape of x or with extents 1 in it, says which elements
 * count; y is 0 for the others.
 */
public final class Softmax extends UnaryLayer<Softmax> implements ActivationFunction.Body {
    /** What stands for the elements that do not count, as in Keras. */
    private static final double LOW = -1e9;

    private Axis axis = Axis.LAST;

    /** Over the last axis. */
    public Softmax() {}

    /**
     * Over this axis, or over all elements of these axes together; negative ones count from the
     * end.
     */
    public Softmax(int... axis) {
        axis(axis);
    }

    @Override
    protected void properties(Properties p) {
        axis = p.axis("axis", axis);
    }

    /** The axis, or the axes together; negative ones count from the end; default -1. */
    public Softmax axis(int... value) {
        return with("axis", value);
    }

    private List<Integer> resolved(Shape input) {
        return InputAxes.distinct(this, input, axis);
    }

    @Override
    protected Shape outputShape(Shape input) {
        resolved(input);
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        List<Integer> axes = resolved(x.shape());
        if (l.mask(x) == null) {
            return softmax(l, x, axes);
        }
        Formula f = l.formula();
        Value counts = counting(f, x, l.mask(x));
        Value low = f.affine(counts, -LOW, LOW);
        Value kept = f.combine(f.combine(x, Binary.Function.MUL, counts), Binary.Function.ADD, low);
        return f.combine(softmax(l, kept, axes), Binary.Function.MUL, counts);
    }

    /** 1 where an element counts, else 0, in a shape that repeats to x's. */
    private Value counting(Formula f, Value x, Value mask) {
        Shape s = mask.shape();
        boolean fits = s.rank() == x.shape().rank();
        for (int i = 0; fits && i < s.rank(); i++) {
            fits = s.dim(i) == 1 || s.dim(i) == x.shape().dim(i);
        }
        if (!fits) {
            throw refuse(
                    "takes a mask whose extents are those of its input, or 1, got %s for %s; an Activation passes masks on"
                            .formatted(s, x.shape()));
        }
        return f.stopGradient(f.apply(new Fn(Fn.Function.STEP, .5, 0), mask));
    }

    /** As another layer's activation: over the last axis alone. */
    @Override
    public Value emit(Formula f, Value x) {
        if (!resolved(x.shape()).equals(List.of(x.shape().rank() - 1))) {
            throw refuse("as an activation it goes over the last axis; put a layer behind instead");
        }
        return ActivationFunction.SOFTMAX.emit(f, x);
    }

    /** Over axes in [0, rank), ascending. */
    public static Value softmax(Lowering l, Value x, List<Integer> axes) {
        if (axes.equals(List.of(x.shape().rank() - 1))) {
            return ActivationFunction.SOFTMAX.lower(l, x);
        }
        TrailingAxes row = new TrailingAxes(x.shape(), axes);
        return row.restore(
                l.formula(), ActivationFunction.SOFTMAX.lower(l, row.rows(l.formula(), x)));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
