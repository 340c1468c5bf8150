package dev.thaw.op;

import java.util.List;

/**
 * dx = dy / k where x is the maximum y of its group and k elements of the group equal it, else 0.
 *
 * @param x the argument of the reduction
 * @param y the maxima; extent 1 at each of the axes
 * @param dy upstream gradient, of y's shape
 * @param dx gradient of x
 * @param axes the reduced axes
 */
public record ReduceMaxGrad(Value x, Value y, Value dy, @Out Value dx, List<Integer> axes)
        implements Op {
    /** Keeps its own copy of the axes. */
    public ReduceMaxGrad {
        axes = List.copyOf(axes);
    }
}
