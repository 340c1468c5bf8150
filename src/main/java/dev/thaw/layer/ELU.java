package dev.thaw.layer;

import dev.thaw.op.Fn;
import dev.thaw.op.Value;

import java.util.Map;

/** y = x where x is positive, else alpha (e^x - 1). x, y: any shape, the same. */
public final class ELU extends Elementwise {
    private final double alpha;

    /** With alpha 1. */
    public ELU() {
        this(1);
    }

    /** With this alpha, finite: the negative side saturates at -alpha. */
    public ELU(double alpha) {
        if (!Double.isFinite(alpha)) {
            throw refuse("alpha must be finite, got " + alpha);
        }
        this.alpha = alpha;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return emit(l, x, new Fn(Fn.Kind.ELU, alpha, 0));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("alpha", alpha);
    }
}
