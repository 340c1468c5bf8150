package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

import java.util.List;

/**
 * Minus the cosine between t and p along an axis: -sum(t p) / (|t| |p|), where a squared norm
 * counts at least 1e-14.
 *
 * @param axis of the vectors
 */
public record CosineSimilarity(int axis) implements Loss {
    /** Keras takes the larger of the squared norm and this. */
    private static final double SMALLEST = 1e-14;

    /** Along the last axis. */
    public CosineSimilarity() {
        this(-1);
    }

    @Override
    public String name() {
        return "cosine_similarity";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value p = unit(f, prediction);
        Value cosine =
                Arithmetic.reduce(
                        f, Arithmetic.product(f, unit(f, target), p), Reduce.Function.SUM, axis);
        return f.affine(cosine, -1, 0);
    }

    private Value unit(Formula f, Value x) {
        List<Integer> axes = List.of(x.shape().axis(axis));
        Value squares = f.reduce(f.apply(Fn.Function.SQUARE, x), Reduce.Function.SUM, axes);
        Value norm = f.apply(Fn.Function.SQRT, Arithmetic.atLeast(f, squares, SMALLEST));
        return f.combine(x, Binary.Function.DIV, norm);
    }

    @Override
    public Loss options(Properties p) {
        // Keras writes no axis; one that says more than its default must not be lost
        Integer given = p.since("thaw").integerOrNull("axis", axis == -1 ? null : axis, Range.ANY);
        return new CosineSimilarity(given == null ? -1 : given);
    }
}
