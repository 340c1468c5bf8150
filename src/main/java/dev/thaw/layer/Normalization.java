package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * y = (x - mean) / max(sqrt(variance), 1e-7), or its inverse, in every mode, with statistics that
 * no training changes: given, or learnt once by {@link #adapt}. They have a number for each
 * position along the axes. x, y: any shape, the same.
 */
public final class Normalization extends UnaryLayer {
    private static final double SMALLEST = 1e-7;

    private final int[] axis;
    private boolean invert;
    private Tensor givenMean;
    private Tensor givenVariance;

    /** Keras's default: statistics for each position of the last axis. */
    public Normalization() {
        this(-1);
    }

    /**
     * Statistics for each position along these axes; negative ones count from the end. Without any
     * there is one mean and one variance.
     */
    public Normalization(int... axis) {
        this.axis = axis.clone();
    }

    /** Whether y = mean + x max(sqrt(variance), 1e-7) instead; default false. */
    public Normalization invert(boolean value) {
        refuseIfBuilt("invert");
        invert = value;
        return this;
    }

    /**
     * Fixes the statistics, so that the layer has no weights. Both have one shape: a number, or the
     * extents of the last of the axes, where 1 repeats.
     */
    public Normalization statistics(Tensor mean, Tensor variance) {
        refuseIfBuilt("statistics");
        boolean fits =
                mean.dtype() == DType.FLOAT32
                        && variance.dtype() == DType.FLOAT32
                        && mean.shape().equals(variance.shape())
                        && mean.shape().rank() <= axis.length;
        if (!fits) {
            throw refuse(
                    "mean and variance must be FLOAT32 of one shape with at most "
                            + axis.length
                            + " axes, one for each axis of the layer, got "
                            + mean.shape()
                            + " and "
                            + variance.shape());
        }
        givenMean = mean.copy();
        givenVariance = variance.copy();
        return this;
    }

    /**
     * Learns mean and variance (biased) from data, of which the layer's axes have the extents that
     * its inputs have; builds the layer if need be.
     */
    public void adapt(Tensor data) {
        if (givenMean != null) {
            throw refuse("its statistics are given, so there is nothing to adapt");
        }
        if (data.dtype() != DType.FLOAT32 || data.size() == 0) {
            throw refuse(
                    "adapt needs FLOAT32 data with at least one number, got "
                            + data.dtype()
                            + " "
                            + data.shape());
        }
        outputShape(data.shape());
        build(List.of(data.shape()));
        AxisMoments m = AxisMoments.of(data, axes(data.shape()));
        variable("mean").assign(m.mean());
        variable("variance").assign(m.variance());
    }

    private List<Integer> axes(Shape input) {
        return AxisList.distinct(this, input, axis);
    }

    private Shape weightShape(Shape input) {
        return Shape.of(axes(input).stream().map(input::dim).toList());
    }

    /** The shape of x with 1 at all but the layer's axes, where it is the statistics' extent. */
    private Shape spread(Shape input, Shape statistics) {
        List<Integer> axes = axes(input);
        int[] dims = new int[input.rank()];
        Arrays.fill(dims, 1);
        for (int i = 1; i <= statistics.rank(); i++) {
            dims[axes.get(axes.size() - i)] = statistics.dim(-i);
        }
        return Shape.of(dims);
    }

    @Override
    protected Shape outputShape(Shape input) {
        Shape extents = weightShape(input);
        if (!extents.isKnown()) {
            throw refuse(
                    "input must have known extents at axis "
                            + Arrays.toString(axis)
                            + ", got "
                            + input);
        }
        Shape have =
                givenMean != null ? givenMean.shape() : isBuilt() ? variable("mean").shape() : null;
        for (int i = 1; have != null && i <= have.rank(); i++) {
            boolean repeats = givenMean != null && have.dim(-i) == 1;
            if (have.dim(-i) != extents.dim(-i) && !repeats) {
                throw refuse(
                        "has statistics of shape "
                                + have
                                + " for axis "
                                + Arrays.toString(axis)
                                + ", got "
                                + input);
            }
        }
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        if (givenMean != null) {
            return List.of();
        }
        Shape shape = weightShape(input);
        return List.of(
                WeightSpec.state("mean", shape, Initializer.zeros()),
                WeightSpec.state("variance", shape, Initializer.ones()),
                WeightSpec.counter("count")); // as in Keras, where nothing has counted for long
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        Value mean = statistic(l, "mean", givenMean, x.shape());
        Value variance = statistic(l, "variance", givenVariance, x.shape());
        Value deviation = f.clip(f.apply(Fn.Kind.SQRT, variance), SMALLEST, Float.MAX_VALUE);
        return invert
                ? f.combine(f.combine(x, Binary.Kind.MUL, deviation), Binary.Kind.ADD, mean)
                : f.combine(f.combine(x, Binary.Kind.SUB, mean), Binary.Kind.DIV, deviation);
    }

    private Value statistic(Lowering l, String name, Tensor given, Shape input) {
        Value v = given == null ? l.weight(name) : l.constant(name, given);
        return l.formula().reshape(v, spread(input, v.shape()));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("axis", Arrays.stream(axis).boxed().toList());
        config.put("invert", invert);
        config.put("mean", givenMean == null ? null : nested(givenMean, 0, 0));
        config.put("variance", givenVariance == null ? null : nested(givenVariance, 0, 0));
    }

    /** The numbers in lists of lists, one level per axis. */
    private static Object nested(Tensor t, int level, int at) {
        if (level == t.shape().rank()) {
            return t.floats()[at];
        }
        int width = Math.toIntExact(t.shape().size(level + 1, t.shape().rank()));
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < t.shape().dim(level); i++) {
            all.add(nested(t, level + 1, at + i * width));
        }
        return all;
    }
}
