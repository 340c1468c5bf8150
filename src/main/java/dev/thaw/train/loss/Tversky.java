package dev.thaw.train.loss;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/**
 * 1 - s / (s + alpha sum(t (1 - p)) + beta sum(p (1 - t)) + 1e-7) with s = sum(t p), over some
 * axes. Over all axes, the batch's included, it is one number for the batch, which is not divided.
 *
 * @param alpha weight of what is missed
 * @param beta weight of what is wrong
 * @param axes over which the sums are taken; empty for all
 */
public record Tversky(double alpha, double beta, List<Integer> axes) implements Loss {
    /** Refuses weights that are not finite; keeps its own copy of the axes. */
    public Tversky {
        Range.FINITE.check("tversky: alpha", alpha);
        Range.FINITE.check("tversky: beta", beta);
        axes = List.copyOf(axes);
    }

    /** Keras's defaults: over all axes. */
    public Tversky() {
        this(.5, .5, List.of());
    }

    @Override
    public String name() {
        return "tversky";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value both = Arithmetic.sum(f, Arithmetic.product(f, target, prediction), axes);
        Value missed =
                Arithmetic.sum(f, Arithmetic.product(f, target, f.affine(prediction, -1, 1)), axes);
        Value wrong =
                Arithmetic.sum(f, Arithmetic.product(f, prediction, f.affine(target, -1, 1)), axes);
        Value all =
                f.combine(
                        f.combine(both, Binary.Function.ADD, f.affine(missed, alpha, 0)),
                        Binary.Function.ADD,
                        f.affine(wrong, beta, Arithmetic.EPSILON));
        return f.affine(f.combine(both, Binary.Function.DIV, all), -1, 1);
    }

    @Override
    public Loss options(Properties p) {
        double a = p.number("alpha", alpha);
        double b = p.number("beta", beta);
        Axis given = p.axisOrNull("axis", axes.isEmpty() ? null : new Axis(axes, axes.size() > 1));
        return new Tversky(a, b, given == null ? List.of() : given.all());
    }
}
