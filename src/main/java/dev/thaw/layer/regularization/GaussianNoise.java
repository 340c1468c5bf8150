package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Value;

/**
 * While drawing: y = x + stddev z, z standard normal per element; otherwise y = x. x, y: any shape,
 * the same.
 */
public final class GaussianNoise extends RandomLayer<GaussianNoise> {
    private double stddev;

    /** No noise yet. */
    public GaussianNoise() {}

    /** With this standard deviation, at least 0. */
    public GaussianNoise(double stddev) {
        stddev(stddev);
    }

    @Override
    protected void properties(Properties p) {
        stddev = p.number("stddev", stddev, Range.NOT_NEGATIVE);
        seed(p);
    }

    /** The noise's standard deviation, at least 0; default 0. */
    public GaussianNoise stddev(double value) {
        return with("stddev", value);
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (stddev == 0 || !l.draws()) {
            return x;
        }
        Value y = l.temp("noise", x.shape());
        l.emit(new dev.thaw.op.GaussianNoise(x, l.randomStep(), y, l.draw(seed()), stddev));
        return y;
    }
}
