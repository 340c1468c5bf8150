package dev.thaw.op;

import java.util.List;

/**
 * y = scale x, repeated along axes where x has extent 1. x and y have the same rank.
 *
 * @param x argument
 * @param y result, of the larger shape
 * @param scale factor
 */
public record Broadcast(Value x, @Out Value y, double scale) implements Op {
    @Override
    public void gradient(Gradients g) {
        Value scaled = g.of(y);
        if (scale != 1) {
            scaled = g.temp("d_scaled", y.shape());
            g.emit(new Affine(g.of(y), scaled, scale, 0));
        }
        List<Integer> axes = y.shape().axesRepeated(x.shape());
        g.emit(new Reduce(scaled, g.sink(x), Reduce.Function.SUM, axes));
    }
}
