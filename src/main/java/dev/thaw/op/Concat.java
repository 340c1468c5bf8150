package dev.thaw.op;

import java.util.Arrays;
import java.util.List;

/**
 * y = the xs side by side along one axis.
 *
 * @param xs arguments, alike but for the extent of the axis
 * @param y result
 * @param axis which axis, in [0, rank)
 */
public record Concat(List<Value> xs, @Out Value y, int axis) implements Op {
    /** Keeps its own copy of the arguments. */
    public Concat {
        xs = List.copyOf(xs);
    }

    @Override
    public void gradient(Gradients g) {
        int offset = 0;
        for (Value x : xs) {
            if (g.wants(x)) {
                Integer[] begin = new Integer[x.shape().rank()];
                Arrays.fill(begin, 0);
                begin[axis] = offset;
                g.emit(new Slice(g.of(y), g.sink(x), List.of(begin)));
            }
            offset += x.shape().dim(axis);
        }
    }
}
