package dev.thaw.layer.weight;

import dev.thaw.config.Axis;
import dev.thaw.config.Configured;
import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.config.Registry;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

import java.util.List;

/**
 * What a weight is pulled back to after each change by the optimizer. Norms are sqrt(sum w^2) over
 * the axes, which for a dense kernel is axis 0, for the filters of a convolution axes 0, 1 and 2.
 */
public interface Constraint extends Configured {
    /** Keras's constraints, with its defaults. */
    Registry KNOWN =
            Registry.EMPTY
                    .with(Constraint.class, "MaxNorm", MaxNorm::new)
                    .with(Constraint.class, "NonNeg", NonNeg::new)
                    .with(Constraint.class, "UnitNorm", () -> new UnitNorm(0))
                    .with(Constraint.class, "MinMaxNorm", MinMaxNorm::new);

    /** Keras's epsilon, which keeps a norm of 0 from dividing. */
    double EPSILON = 1e-7;

    /** Emits the constrained weight, of w's shape. */
    Value lower(Formula f, Value w);

    @Override
    default String module() {
        return "keras.constraints";
    }

    /**
     * w min(norm, maxValue) / (1e-7 + norm).
     *
     * @param maxValue the largest norm, at least 0
     * @param axis over which a norm is taken
     */
    record MaxNorm(double maxValue, Axis axis) implements Constraint {
        /** Refuses a negative norm. */
        public MaxNorm {
            Range.NOT_NEGATIVE.check("MaxNorm: max_value", maxValue);
        }

        /** Over one axis. */
        public MaxNorm(double maxValue, int axis) {
            this(maxValue, Axis.of(axis));
        }

        /** Keras's defaults: at most 2, over axis 0. */
        public MaxNorm() {
            this(2, 0);
        }

        @Override
        public Value lower(Formula f, Value w) {
            Value norm = norm(f, w, axis);
            return rescale(f, w, f.clip(norm, 0, maxValue), norm);
        }

        @Override
        public MaxNorm configure(Properties p) {
            return new MaxNorm(
                    p.number("max_value", maxValue, Range.NOT_NEGATIVE), p.axis("axis", axis));
        }
    }

    /** max(w, 0). */
    record NonNeg() implements Constraint {
        @Override
        public Value lower(Formula f, Value w) {
            return f.apply(Fn.Function.RELU, w);
        }

        @Override
        public NonNeg configure(Properties p) {
            return this;
        }
    }

    /**
     * w / (1e-7 + norm).
     *
     * @param axis over which a norm is taken
     */
    record UnitNorm(Axis axis) implements Constraint {
        /** Over one axis; Keras's default is 0. */
        public UnitNorm(int axis) {
            this(Axis.of(axis));
        }

        @Override
        public Value lower(Formula f, Value w) {
            return f.combine(w, Binary.Function.DIV, f.affine(norm(f, w, axis), 1, EPSILON));
        }

        @Override
        public UnitNorm configure(Properties p) {
            return new UnitNorm(p.axis("axis", axis));
        }
    }

    /**
     * w (rate clip(norm, minValue, maxValue) + (1 - rate) norm) / (1e-7 + norm).
     *
     * @param minValue the smallest norm, at least 0
     * @param maxValue the largest norm, at least minValue
     * @param rate how much of the way is gone at once, in [0, 1]
     * @param axis over which a norm is taken
     */
    record MinMaxNorm(double minValue, double maxValue, double rate, Axis axis)
            implements Constraint {
        /** Refuses bounds in the wrong order and rates outside [0, 1]. */
        public MinMaxNorm {
            Range.NOT_NEGATIVE.check("MinMaxNorm: min_value", minValue);
            Range.NOT_NEGATIVE.check("MinMaxNorm: max_value", maxValue);
            Range.FRACTION.check("MinMaxNorm: rate", rate);
            if (minValue > maxValue) {
                throw new IllegalArgumentException(
                        "MinMaxNorm: min_value must be at most max_value, got %s and %s"
                                .formatted(minValue, maxValue));
            }
        }

        /** Over one axis. */
        public MinMaxNorm(double minValue, double maxValue, double rate, int axis) {
            this(minValue, maxValue, rate, Axis.of(axis));
        }

        /** Keras's defaults: in [0, 1], at once, over axis 0. */
        public MinMaxNorm() {
            this(0, 1, 1, 0);
        }

        @Override
        public Value lower(Formula f, Value w) {
            Value norm = norm(f, w, axis);
            Value desired =
                    f.combine(
                            f.affine(f.clip(norm, minValue, maxValue), rate, 0),
                            Binary.Function.ADD,
                            f.affine(norm, 1 - rate, 0));
            return rescale(f, w, desired, norm);
        }

        @Override
        public MinMaxNorm configure(Properties p) {
            return new MinMaxNorm(
                    p.number("min_value", minValue, Range.NOT_NEGATIVE),
                    p.number("max_value", maxValue, Range.NOT_NEGATIVE),
                    p.number("rate", rate, Range.FRACTION),
                    p.axis("axis", axis));
        }
    }

    private static Value norm(Formula f, Value w, Axis axis) {
        List<Integer> counted =
                axis.all().stream().map(w.shape()::axis).distinct().sorted().toList();
        Value squares = f.apply(Fn.Function.SQUARE, w);
        return f.apply(Fn.Function.SQRT, f.reduce(squares, Reduce.Function.SUM, counted));
    }

    private static Value rescale(Formula f, Value w, Value desired, Value norm) {
        Value factor = f.combine(desired, Binary.Function.DIV, f.affine(norm, 1, EPSILON));
        return f.combine(w, Binary.Function.MUL, factor);
    }
}
