package dev.thaw.train.loss;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.List;

/**
 * 1 - 2 sum(t p) / (sum(t) + sum(p) + 1e-7), over some axes. Over all axes, the batch's included,
 * it is one number for the batch, which is not divided.
 *
 * @param axes over which the sums are taken; empty for all
 */
public record Dice(List<Integer> axes) implements Loss {
    /** Keeps its own copy of the axes. */
    public Dice {
        axes = List.copyOf(axes);
    }

    /** Keras's defaults: over all axes. */
    public Dice() {
        this(List.of());
    }

    @Override
    public String name() {
        return "dice";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value both = Arithmetic.sum(f, Arithmetic.product(f, target, prediction), axes);
        Value all =
                f.combine(
                        Arithmetic.sum(f, target, axes),
                        Binary.Function.ADD,
                        Arithmetic.sum(f, prediction, axes));
        Value ratio =
                f.combine(
                        f.affine(both, 2, 0),
                        Binary.Function.DIV,
                        f.affine(all, 1, Arithmetic.EPSILON));
        return f.affine(ratio, -1, 1);
    }

    @Override
    public Loss options(Properties p) {
        Axis given = p.axisOrNull("axis", axes.isEmpty() ? null : new Axis(axes, axes.size() > 1));
        return new Dice(given == null ? List.of() : given.all());
    }
}
