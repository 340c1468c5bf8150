package dev.thaw.layer.activation;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.TrailingAxes;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * y = e^x_i / sum_k e^x_k over one axis or several. x, y: any shape of rank 1 and more, the same.
 */
public final class Softmax extends UnaryLayer<Softmax> implements ActivationFunction.Body {
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
        if (l.mask(x) != null) {
            throw refuse(
                    "takes no mask: one of %s says nothing about the elements of %s; use an Activation, which passes the mask on"
                            .formatted(l.mask(x).shape(), x.shape()));
        }
        return softmax(l, x, resolved(x.shape()));
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
