package dev.thaw.op;

import java.util.List;

/**
 * y = sum, mean or maximum of x over some axes. The reduced axes stay, with extent 1.
 *
 * @param x argument
 * @param y result: the shape of x with extent 1 at each of the axes
 * @param function what is computed
 * @param axes which axes, each in [0, rank)
 */
public record Reduce(Value x, @Out Value y, Function function, List<Integer> axes) implements Op {
    /** What a reduction computes. */
    public enum Function {
        /** The sum. */
        SUM,
        /** The arithmetic mean. */
        MEAN,
        /** The largest element; equal largest ones share the gradient equally. */
        MAX
    }

    /** Keeps its own copy of the axes. */
    public Reduce {
        axes = List.copyOf(axes);
    }

    /** The number of elements that go into each result. */
    public long count() {
        return y.size() == 0 ? 0 : x.size() / y.size();
    }

    @Override
    public void gradient(Gradients g) {
        Value dy = g.of(y);
        switch (function) {
            case SUM -> g.emit(new Broadcast(dy, g.sink(x), 1));
            case MEAN -> g.emit(new Broadcast(dy, g.sink(x), 1.0 / count()));
            case MAX -> g.emit(new ReduceMaxGrad(x, y, dy, g.sink(x), axes));
        }
    }
}
