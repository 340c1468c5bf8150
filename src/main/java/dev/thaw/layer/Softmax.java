package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/** y = e^x_i / sum_k e^x_k along one axis. x, y: any shape of rank 1 and more, the same. */
public final class Softmax extends UnaryLayer {
    private final int axis;

    /** Along the last axis. */
    public Softmax() {
        this(-1);
    }

    /** Along this axis; negative ones count from the end. */
    public Softmax(int axis) {
        this.axis = axis;
    }

    @Override
    protected Shape outputShape(Shape input) {
        TrailingAxes.resolve(this, input, axis);
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (l.mask(x) != null) {
            throw refuse(
                    "takes no mask: one of "
                            + l.mask(x).shape()
                            + " says nothing about the elements of "
                            + x.shape()
                            + "; use an Activation, which passes the mask on");
        }
        int a = TrailingAxes.resolve(this, x.shape(), axis);
        if (a == x.shape().rank() - 1) {
            return ActivationFunction.SOFTMAX.lower(l, x);
        }
        TrailingAxes row = new TrailingAxes(x.shape(), List.of(a));
        return row.restore(l, ActivationFunction.SOFTMAX.lower(l, row.rows(l, x)));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("axis", axis);
    }
}
