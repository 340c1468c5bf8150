package dev.thaw.train.metric;

import dev.thaw.op.ArgMax;
import dev.thaw.op.Equal;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

/**
 * The share of right answers. As Keras does for {@code "accuracy"}, the targets tell which kind:
 * class numbers (the largest output must be the class), one number per sample (an output above 0.5
 * means 1), or distributions (the largest output must be the largest target).
 */
public record Accuracy() implements Metric {
    @Override
    public String name() {
        return "accuracy";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        if (target.dtype() != DType.INT32 && prediction.shape().last() == 1) {
            Value answer = f.apply(new Fn(Fn.Kind.STEP, .5, 0), prediction);
            return equal(f, answer, target);
        }
        Value wanted =
                target.dtype() == DType.INT32
                        ? f.reshape(target, Shape.of(Math.toIntExact(target.size())))
                        : argMax(f, target);
        return equal(f, argMax(f, prediction), wanted);
    }

    private static Value argMax(Formula f, Value x) {
        int classes = x.shape().last();
        int rows = Math.toIntExact(x.size() / classes);
        Value best = f.program().temp("best", Shape.of(rows), DType.INT32);
        f.program().emit(new ArgMax(f.reshape(x, Shape.of(rows, classes)), best));
        return best;
    }

    private static Value equal(Formula f, Value a, Value b) {
        Value right = f.program().temp("right", a.shape());
        f.program().emit(new Equal(a, b, right));
        return right;
    }
}
