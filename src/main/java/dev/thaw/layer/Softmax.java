package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * y = e^x_i / sum_k e^x_k over one axis or several. x, y: any shape of rank 1 and more, the same.
 */
public final class Softmax extends UnaryLayer {
    private final List<Integer> axes;
    private final boolean isList;

    /** Over the last axis. */
    public Softmax() {
        this(-1);
    }

    /** Over this axis; negative ones count from the end. */
    public Softmax(int axis) {
        axes = List.of(axis);
        isList = false;
    }

    /** Over all elements of these axes together, at least one; negative ones count from the end. */
    public Softmax(int... axes) {
        if (axes.length == 0) {
            throw refuse("axes must be at least one, got " + Arrays.toString(axes));
        }
        this.axes = IntStream.of(axes).boxed().toList();
        isList = true;
    }

    /** The axes as numbers in [0, rank), ascending. */
    private List<Integer> resolved(Shape input) {
        List<Integer> all =
                axes.stream()
                        .map(a -> TrailingAxes.resolve(this, input, a))
                        .distinct()
                        .sorted()
                        .toList();
        if (all.size() != axes.size()) {
            throw refuse("axes must all differ, got " + axes + " for the input " + input);
        }
        return all;
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
                    "takes no mask: one of "
                            + l.mask(x).shape()
                            + " says nothing about the elements of "
                            + x.shape()
                            + "; use an Activation, which passes the mask on");
        }
        return softmax(l, x, resolved(x.shape()));
    }

    /** Over axes in [0, rank), ascending. */
    static Value softmax(Lowering l, Value x, List<Integer> axes) {
        if (axes.equals(List.of(x.shape().rank() - 1))) {
            return ActivationFunction.SOFTMAX.lower(l, x);
        }
        TrailingAxes row = new TrailingAxes(x.shape(), axes);
        return row.restore(l, ActivationFunction.SOFTMAX.lower(l, row.rows(l, x)));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("axis", isList ? axes : axes.get(0));
    }
}
