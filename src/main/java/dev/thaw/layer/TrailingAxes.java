package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Transpose;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Views a value as rows [R, K] whose K elements run over some of its axes, and back.
 *
 * @param shape the value's shape, all extents known
 * @param axes the axes that make up a row, ascending
 */
public record TrailingAxes(Shape shape, List<Integer> axes) {
    private List<Integer> order() {
        return shape.axesToEnd(axes);
    }

    /** The value as rows. */
    public Value rows(Formula f, Value x) {
        int kept = shape.rank() - axes.size();
        Value ordered = f.transpose(x, order());
        Shape o = ordered.shape();
        int rows = o.extent(0, kept);
        return f.reshape(ordered, Shape.of(rows, o.extent(kept, o.rank())));
    }

    /** Rows as a value of the first shape. */
    public Value restore(Formula f, Value rows) {
        return f.transpose(f.reshape(rows, shape.pick(order())), Transpose.inverse(order()));
    }
}
