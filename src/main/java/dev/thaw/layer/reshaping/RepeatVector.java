package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/** The whole vector several times. x: [N, C], y: [N, n, C]. */
public final class RepeatVector extends UnaryLayer<RepeatVector> {
    private int n;

    /** A layer whose number is still to be given. */
    public RepeatVector() {}

    /** So many times, at least once. */
    public RepeatVector(int n) {
        n(n);
    }

    @Override
    protected void properties(Properties p) {
        n = p.integer("n", n, Range.atLeast(1));
    }

    /** How many times, at least once; it must be given, there is no default. */
    public RepeatVector n(int value) {
        return with("n", value);
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
}
