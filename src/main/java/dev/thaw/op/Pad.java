package dev.thaw.op;

import java.util.List;

/**
 * y = x with zeros around it: x's first element lies at {@code begin} in y.
 *
 * @param x argument
 * @param y result, at least as large along each axis
 * @param begin zeros before x, one number per axis
 */
public record Pad(Value x, @Out Value y, List<Integer> begin) implements Op {
    /** Keeps its own copy of the offsets. */
    public Pad {
        begin = List.copyOf(begin);
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new Slice(g.of(y), g.sink(x), begin));
    }
}
