package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a weight is pulled back to after each change by the optimizer. Norms are sqrt(sum w^2) over
 * the axes, which for a dense kernel is axis 0, for the filters of a convolution axes 0, 1 and 2.
 */
public sealed interface Constraint extends Configured {
    /** Keras's epsilon, which keeps a norm of 0 from dividing. */
    double EPSILON = 1e-7;

    /** Emits the constrained weight, of w's shape. */
    Value lower(Formula f, Value w);

    @Override
    default String module() {
        return "keras.constraints";
    }

    @Override
    default String className() {
        return getClass().getSimpleName();
    }

    /**
     * w min(norm, maxValue) / (1e-7 + norm).
     *
     * @param maxValue the largest norm, at least 0
     * @param axes over which a norm is taken
     */
    record MaxNorm(double maxValue, List<Integer> axes) implements Constraint {
        /** Refuses a negative norm. */
        public MaxNorm {
            axes = List.copyOf(axes);
            atLeastZero("MaxNorm", "max_value", maxValue);
        }

        /** Over one axis. */
        public MaxNorm(double maxValue, int axis) {
            this(maxValue, List.of(axis));
        }

        /** Keras's defaults: at most 2, over axis 0. */
        public MaxNorm() {
            this(2, 0);
        }

        @Override
        public Value lower(Formula f, Value w) {
            Value norm = norm(f, w, axes);
            return rescale(f, w, f.clip(norm, 0, maxValue), norm);
        }

        @Override
        public Map<String, Object> config() {
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("max_value", maxValue);
            config.put("axis", axis(axes));
            return config;
        }
    }

    /** max(w, 0). */
    record NonNeg() implements Constraint {
        @Override
        public Value lower(Formula f, Value w) {
            return f.apply(Fn.Kind.RELU, w);
        }

        @Override
        public Map<String, Object> config() {
            return Map.of();
        }
    }

    /**
     * w / (1e-7 + norm).
     *
     * @param axes over which a norm is taken
     */
    record UnitNorm(List<Integer> axes) implements Constraint {
        /** Keeps its own copy of the axes. */
        public UnitNorm {
            axes = List.copyOf(axes);
        }

        /** Over one axis; Keras's default is 0. */
        public UnitNorm(int axis) {
            this(List.of(axis));
        }

        @Override
        public Value lower(Formula f, Value w) {
            return f.combine(w, Binary.Kind.DIV, f.affine(norm(f, w, axes), 1, EPSILON));
        }

        @Override
        public Map<String, Object> config() {
            return Map.of("axis", axis(axes));
        }
    }

    /**
     * w (rate clip(norm, minValue, maxValue) + (1 - rate) norm) / (1e-7 + norm).
     *
     * @param minValue the smallest norm, at least 0
     * @param maxValue the largest norm, at least minValue
     * @param rate how much of the way is gone at once, in [0, 1]
     * @param axes over which a norm is taken
     */
    record MinMaxNorm(double minValue, double maxValue, double rate, List<Integer> axes)
            implements Constraint {
        /** Refuses bounds in the wrong order and rates outside [0, 1]. */
        public MinMaxNorm {
            axes = List.copyOf(axes);
            atLeastZero("MinMaxNorm", "min_value", minValue);
            atLeastZero("MinMaxNorm", "max_value", maxValue);
            if (!(rate >= 0 && rate <= 1 && minValue <= maxValue)) {
                throw new IllegalArgumentException(
                        "MinMaxNorm: rate must be in [0, 1] and min_value at most max_value, got "
                                + rate
                                + ", "
                                + minValue
                                + " and "
                                + maxValue);
            }
        }

        /** Over one axis. */
        public MinMaxNorm(double minValue, double maxValue, double rate, int axis) {
            this(minValue, maxValue, rate, List.of(axis));
        }

        /** Keras's defaults: in [0, 1], at once, over axis 0. */
        public MinMaxNorm() {
            this(0, 1, 1, 0);
        }

        @Override
        public Value lower(Formula f, Value w) {
            Value norm = norm(f, w, axes);
            Value desired =
                    f.combine(
                            f.affine(f.clip(norm, minValue, maxValue), rate, 0),
                            Binary.Kind.ADD,
                            f.affine(norm, 1 - rate, 0));
            return rescale(f, w, desired, norm);
        }

        @Override
        public Map<String, Object> config() {
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("min_value", minValue);
            config.put("max_value", maxValue);
            config.put("rate", rate);
            config.put("axis", axis(axes));
            return config;
        }
    }

    private static Value norm(Formula f, Value w, List<Integer> axes) {
        List<Integer> counted = axes.stream().map(w.shape()::axis).distinct().sorted().toList();
        Value squares = f.apply(Fn.Kind.SQUARE, w);
        return f.apply(Fn.Kind.SQRT, f.reduce(squares, Reduce.Kind.SUM, counted));
    }

    private static Value rescale(Formula f, Value w, Value desired, Value norm) {
        Value factor = f.combine(desired, Binary.Kind.DIV, f.affine(norm, 1, EPSILON));
        return f.combine(w, Binary.Kind.MUL, factor);
    }

    private static Object axis(List<Integer> axes) {
        return axes.size() == 1 ? axes.get(0) : axes;
    }

    private static void atLeastZero(String where, String what, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    where + ": " + what + " must be finite and at least 0, got " + value);
        }
    }
}
