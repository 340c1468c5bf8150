package dev.thaw.op;

import java.util.List;

/**
 * Axis i of y is axis order[i] of x.
 *
 * @param x argument
 * @param y result
 * @param order a permutation of the axes
 */
public record Transpose(Value x, @Out Value y, List<Integer> order) implements Op {
    /** Keeps its own copy of the order. */
    public Transpose {
        order = List.copyOf(order);
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new Transpose(g.of(y), g.sink(x), inverse(order)));
    }

    /** The order that undoes this one. */
    public static List<Integer> inverse(List<Integer> order) {
        Integer[] inverse = new Integer[order.size()];
        for (int i = 0; i < inverse.length; i++) {
            inverse[order.get(i)] = i;
        }
        return List.of(inverse);
    }
}
