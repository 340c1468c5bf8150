package dev.thaw.layer;

import dev.thaw.op.Value;

import java.util.Map;

/**
 * Srivastava et al. (2014), section 10. While drawing: y = x (1 + s z), z standard normal per
 * element, s = sqrt(rate / (1 - rate)), which is the standard deviation that dropout of that rate
 * has; otherwise y = x. x, y: any shape, the same.
 */
public final class GaussianDropout extends RandomLayer<GaussianDropout> {
    private final double rate;

    /** With the standard deviation of dropout of this rate, in [0, 1). */
    public GaussianDropout(double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw refuse(
                    "rate must be in [0, 1) (the standard deviation sqrt(rate / (1 - rate)) is"
                            + " infinite at 1), got "
                            + rate);
        }
        this.rate = rate;
    }

    @Override
    GaussianDropout self() {
        return this;
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

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("rate", rate);
        super.configure(config);
    }
}
