package dev.thaw.train.loss;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.stream.IntStream;

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
        Value both = sum(f, Arithmetic.product(f, target, prediction));
        Value all = f.combine(sum(f, target), Binary.Kind.ADD, sum(f, prediction));
        Value ratio =
                f.combine(
                        f.affine(both, 2, 0),
                        Binary.Kind.DIV,
                        f.affine(all, 1, Arithmetic.EPSILON));
        return f.affine(ratio, -1, 1);
    }

    private Value sum(Formula f, Value x) {
        int rank = x.shape().rank();
        List<Integer> over =
                axes.isEmpty()
                        ? IntStream.range(0, rank).boxed().toList()
                        : axes.stream().map(x.shape()::axis).distinct().sorted().toList();
        Shape left = x.shape();
        for (int i = over.size() - 1; i >= 0; i--) {
            left = Arithmetic.without(left, over.get(i));
        }
        return f.reshape(f.reduce(x, Reduce.Kind.SUM, over), left);
    }

    @Override
    public Loss options(Properties p) {
        Axis given = p.axis("axis", axes.isEmpty() ? null : new Axis(axes, axes.size() > 1));
        return new Dice(given == null ? List.of() : given.all());
    }
}
