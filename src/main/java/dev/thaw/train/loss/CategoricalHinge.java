package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

/** max(max((1 - t) p) - sum(t p) + 1, 0), both over the last axis. */
public record CategoricalHinge() implements Loss {
    @Override
    public String name() {
        return "categorical_hinge";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value right =
                Arithmetic.reduce(
                        f, Arithmetic.product(f, target, prediction), Reduce.Function.SUM, -1);
        Value others = Arithmetic.product(f, f.affine(target, -1, 1), prediction);
        Value wrong = Arithmetic.reduce(f, others, Reduce.Function.MAX, -1);
        return f.apply(
                Fn.Function.RELU, f.affine(f.combine(wrong, Binary.Function.SUB, right), 1, 1));
    }
}
