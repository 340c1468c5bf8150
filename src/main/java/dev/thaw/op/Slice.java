package dev.thaw.op;

import java.util.List;

/**
 * y = the block of x that starts at {@code begin} and has y's shape.
 *
 * @param x argument
 * @param y result
 * @param begin first element taken, one number per axis
 */
public record Slice(Value x, @Out Value y, List<Integer> begin) implements Op {
    /** Keeps its own copy of the offsets. */
    public Slice {
        begin = List.copyOf(begin);
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new Pad(g.of(y), g.sink(x), begin));
    }
}
