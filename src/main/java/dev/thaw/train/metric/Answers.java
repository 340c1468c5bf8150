package dev.thaw.train.metric;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.ArgMax;
import dev.thaw.op.Binary;
import dev.thaw.op.Equal;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.OneHot;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

/** What accuracies compare: 1 where an answer is right, else 0. */
final class Answers {
    private Answers() {}

    /** The largest element of each row: INT32, of x's shape without the last axis. */
    static Value largest(Formula f, Value x) {
        int classes = x.shape().last();
        int rows = Math.toIntExact(x.size() / classes);
        Value best = f.program().temp("best", Shape.of(rows), DType.INT32);
        f.program().emit(new ArgMax(f.reshape(x, Shape.of(rows, classes)), best));
        return f.reshape(best, entries(x.shape()));
    }

    static Shape entries(Shape prediction) {
        return prediction.sub(0, prediction.rank() - 1);
    }

    static Value equal(Formula f, Value a, Value b) {
        Value right = f.program().temp("right", a.shape());
        f.program().emit(new Equal(a, b, right));
        return right;
    }

    /** 1 where x is above the number. */
    static Value above(Formula f, Value x, double number) {
        return f.apply(new Fn(Fn.Function.STEP, number, 0), x);
    }

    /** 1 where fewer than k classes have a larger prediction than the right one. */
    static Value amongLargest(Formula f, Value prediction, Value classes, int k) {
        int width = prediction.shape().last();
        int rows = Math.toIntExact(prediction.size() / width);
        Shape flat = Shape.of(rows, width);
        Value p = f.reshape(prediction, flat);
        Value right = f.program().temp("right_class", flat);
        f.program().emit(new OneHot(f.reshape(classes, Shape.of(rows)), right));
        Value of = f.reduceLast(f.combine(p, Binary.Function.MUL, right), Reduce.Function.SUM);
        Value larger = above(f, f.combine(p, Binary.Function.SUB, of), 0);
        Value behind = f.reduceLast(larger, Reduce.Function.SUM);
        Value within = f.affine(above(f, behind, k - .5), -1, 1);
        return f.reshape(within, entries(prediction.shape()));
    }

    /** 1 where a target is not 0, which makes it right. */
    static Value right(Formula f, Value target) {
        return above(f, f.apply(Fn.Function.ABS, target), 0);
    }

    /** The walk over a threshold and what Keras has beside it; 0.5 is written as null. */
    static double threshold(Properties p, double value) {
        Double given = p.numberOrNull("thresholds", value == .5 ? null : value, Range.FINITE);
        p.only("top_k", null);
        p.only("class_id", null);
        return given == null ? .5 : given;
    }
}
