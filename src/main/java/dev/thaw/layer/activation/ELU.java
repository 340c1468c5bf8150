package dev.thaw.layer.activation;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** y = x where x is positive, else alpha (e^x - 1). x, y: any shape, the same. */
public final class ELU extends Elementwise<ELU> implements ActivationFunction.Body {
    private double alpha = 1;

    /** With alpha 1. */
    public ELU() {}

    /** With this alpha, finite: the negative side saturates at -alpha. */
    public ELU(double alpha) {
        alpha(alpha);
    }

    @Override
    protected void properties(Properties p) {
        alpha = p.number("alpha", alpha);
    }

    /** Where the negative side saturates, with its sign changed; default 1. */
    public ELU alpha(double value) {
        return with("alpha", value);
    }

    @Override
    public Value emit(Formula f, Value x) {
        return f.apply(new Fn(Fn.Function.ELU, alpha, 0), x);
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return emit(l.formula(), x);
    }
}
