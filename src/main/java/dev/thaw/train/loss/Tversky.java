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
 * 1 - s / (s + alpha sum(t (1 - p)) + beta sum(p (1 - t)) + 1e-7) with s = sum(t p), over some
 * axes. Over all axes, the batch's included, it is one number for the batch, which is not divided.
 *
 * @param alpha weight of what is missed
 * @param beta weight of what is wrong
 * @param axes over which the sums are taken; empty for all
 */
public record Tversky(double alpha, double beta, List<Integer> axes) implements Loss {
    /** Keeps its own copy of the axes. */
    public Tversky {
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
        Value both = sum(f, Arithmetic.product(f, target, prediction));
        Value missed = sum(f, Arithmetic.product(f, target, f.affine(prediction, -1, 1)));
        Value wrong = sum(f, Arithmetic.product(f, prediction, f.affine(target, -1, 1)));
        Value all =
                f.combine(
                        f.combine(both, Binary.Kind.ADD, f.affine(missed, alpha, 0)),
                        Binary.Kind.ADD,
                        f.affine(wrong, beta, Arithmetic.EPSILON));
        return f.affine(f.combine(both, Binary.Kind.DIV, all), -1, 1);
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
        double a = p.number("alpha", alpha);
        double b = p.number("beta", beta);
        Axis given = p.axis("axis", axes.isEmpty() ? null : new Axis(axes, axes.size() > 1));
        return new Tversky(a, b, given == null ? List.of() : given.all());
    }
}
