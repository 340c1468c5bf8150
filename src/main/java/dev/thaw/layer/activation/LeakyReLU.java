package dev.thaw.layer.activation;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/** y = x where x is positive, else negativeSlope x. x, y: any shape, the same. */
public final class LeakyReLU extends Elementwise<LeakyReLU> implements ActivationFunction.Body {
    private double negativeSlope = .3;

    /** With slope 0.3; the activation {@code leaky_relu} has 0.2. */
    public LeakyReLU() {}

    /** With this slope of the negative side, at least 0. */
    public LeakyReLU(double negativeSlope) {
        negativeSlope(negativeSlope);
    }

    @Override
    protected void properties(Properties p) {
        negativeSlope = p.number("negative_slope", negativeSlope, Range.NOT_NEGATIVE);
    }

    /** The slope of the negative side, at least 0; default 0.3. */
    public LeakyReLU negativeSlope(double value) {
        return with("negative_slope", value);
    }

    @Override
    public Value emit(Formula f, Value x) {
        return f.apply(new Fn(Fn.Function.LEAKY_RELU, negativeSlope, 0), x);
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return emit(l.formula(), x);
    }
}
