package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;

/** The whole vector several times. x: [N, C], y: [N, n, C]. */
public final class RepeatVector extends UnaryLayer {
    private final int n;

    /** So many times, at least once. */
    public RepeatVector(int n) {
        if (n < 1) {
            throw refuse("n must be at least 1, got " + n);
        }
        this.n = n;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() != 2) {
            throw refuse("input must be (batch, features), got " + input);
        }
        return Shape.of(input.dim(0), n, input.dim(1));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        Shape one = Shape.of(x.shape().dim(0), 1, x.shape().dim(1));
        return f.repeat(f.reshape(x, one), one.withDim(1, n));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("n", n);
    }
}
