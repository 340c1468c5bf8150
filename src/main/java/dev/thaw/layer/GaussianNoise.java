package dev.thaw.layer;

import dev.thaw.op.Value;

import java.util.Map;

/**
 * While drawing: y = x + stddev z, z standard normal per element; otherwise y = x. x, y: any shape,
 * the same.
 */
public final class GaussianNoise extends RandomLayer<GaussianNoise> {
    private final double stddev;

    /** With this standard deviation, at least 0. */
    public GaussianNoise(double stddev) {
        if (!(stddev >= 0 && stddev < Double.POSITIVE_INFINITY)) {
            throw refuse("stddev must be finite and at least 0, got " + stddev);
        }
        this.stddev = stddev;
    }

    @Override
    GaussianNoise self() {
        return this;
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

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("stddev", stddev);
        super.configure(config);
    }
}
