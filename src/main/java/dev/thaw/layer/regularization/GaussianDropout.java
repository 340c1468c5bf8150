package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Value;

/**
 * Srivastava et al. (2014), section 10. While drawing: y = x (1 + s z), z standard normal per
 * element, s = sqrt(rate / (1 - rate)), which is the standard deviation that dropout of that rate
 * has; otherwise y = x. x, y: any shape, the same.
 */
public final class GaussianDropout extends RandomLayer<GaussianDropout> {
    private static final Range RATE =
            Range.BELOW_ONE.because(
                    "the standard deviation sqrt(rate / (1 - rate)) is infinite at 1");

    private double rate = .5;

    /** Rate 0.5, as in Keras's examples. */
    public GaussianDropout() {}

    /** With the standard deviation of dropout of this rate, in [0, 1). */
    public GaussianDropout(double rate) {
        rate(rate);
    }

    @Override
    protected void properties(Properties p) {
        rate = p.number("rate", rate, RATE);
        seed(p);
    }

    /** The rate of the dropout that has this standard deviation, in [0, 1); default 0.5. */
    public GaussianDropout rate(double value) {
        return with("rate", value);
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (rate == 0 || !l.draws()) {
            return x;
        }
        Value y = l.temp("dropout", x.shape());
        l.emit(
                new dev.thaw.op.GaussianDropout(
                        x, l.randomStep(), y, l.draw(seed()), Math.sqrt(rate / (1 - rate))));
        return y;
    }
}
