package dev.thaw.op;

import dev.thaw.tensor.Shape;

/**
 * y = x scale where the element is kept, else 0. An element of the mask is kept when its random
 * word w has (w &gt;&gt;&gt; 8) &gt;= threshold(rate), see {@link Philox}. The mask has the shape
 * {@code noise}, whose extents of 1 are shared along the axis. The gradient is the same op on dy:
 * the mask is drawn again, never stored.
 *
 * @param x argument
 * @param step counts the steps: an INT64 number
 * @param y result
 * @param draw which numbers of the random stream
 * @param noise the mask's shape: x's extent or 1 per axis
 * @param rate probability of dropping, in [0, 1]
 * @param scale factor of what is kept
 */
public record Dropout(
        Value x, Value step, @Out Value y, Draw draw, Shape noise, double rate, double scale)
        implements Op {
    @Override
    public void gradient(Gradients g) {
        g.emit(new Dropout(g.of(y), step, g.sink(x), draw, noise, rate, scale));
    }

    @Override
    public String randomness() {
        return "drops %s%%".formatted((float) (rate * 100));
    }
}
