package dev.thaw.layer;

import dev.thaw.op.Transpose;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Views a value as rows [R, K] whose K elements run over some of its axes, and back.
 *
 * @param shape the value's shape, all extents known
 * @param axes the axes that make up a row, ascending
 */
public record TrailingAxes(Shape shape, List<Integer> axes) {
    /** The axis as a number in [0, rank); refuses one that does not exist. */
    public static int resolve(Layer layer, Shape shape, int axis) {
        int a = axis < 0 ? axis + shape.rank() : axis;
        if (a < 0 || a >= shape.rank()) {
            throw layer.refuse(
                    "axis "
                            + axis
                            + " does not exist in its input "
                            + shape
                            + "; use -1 for the last axis");
        }
        return a;
    }

    /** The axes in the order that brings the row's axes to the end. */
    private List<Integer> order() {
        List<Integer> order =
                new ArrayList<>(
                        IntStream.range(0, shape.rank())
                                .filter(i -> !axes.contains(i))
                                .boxed()
                                .toList());
        order.addAll(axes);
        return order;
    }

    private boolean areTrailing() {
        return axes.get(0) == shape.rank() - axes.size();
    }

    private Shape ordered() {
        return Shape.of(order().stream().map(shape::dim).toList());
    }

    /** The value as rows. */
    public Value rows(Lowering l, Value x) {
        Value ordered = x;
        if (!areTrailing()) {
            ordered = l.temp("ordered", ordered());
            l.emit(new Transpose(x, ordered, order()));
        }
        int kept = shape.rank() - axes.size();
        Shape o = ordered();
        return l.formula()
                .reshape(
                        ordered,
                        Shape.of(
                                Math.toIntExact(o.size(0, kept)),
                                Math.toIntExact(o.size(kept, o.rank()))));
    }

    /** Rows as a value of the first shape. */
    public Value restore(Lowering l, Value rows) {
        Value ordered = l.formula().reshape(rows, ordered());
        if (areTrailing()) {
            return ordered;
        }
        List<Integer> order = order();
        Value y = l.temp("restored", shape);
        l.emit(
                new Transpose(
                        ordered,
                        y,
                        IntStream.range(0, order.size()).mapToObj(order::indexOf).toList()));
        return y;
    }
}
