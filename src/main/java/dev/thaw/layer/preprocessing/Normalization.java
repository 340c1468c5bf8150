package dev.thaw.layer.preprocessing;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;

/**
 * y = (x - mean) / max(sqrt(variance), 1e-7), or its inverse, in every mode, with statistics that
 * no training changes: given, or learnt once by {@link #adapt}. They have a number for each
 * position along the axes. x, y: any shape, the same.
 */
public final class Normalization extends UnaryLayer<Normalization> {
    private static final double SMALLEST = 1e-7;

    private List<Integer> axis = List.of(-1);
    private boolean invert;
    private Tensor givenMean;
    private Tensor givenVariance;

    /** Keras's default: statistics for each position of the last axis. */
    public Normalization() {}

    /**
     * Statistics for each position along these axes; negative ones count from the end. Without any
     * there is one mean and one variance.
     */
    public Normalization(int... axis) {
        axis(axis);
    }

    /** Here null means no axis, and a file always says which. */
    @Override
    protected void properties(Properties p) {
        List<Integer> axes = p.integers("axis", axis);
        axis = axes == null ? List.of() : axes;
        invert = p.bool("invert", invert);
        givenMean = p.tensor("mean", givenMean);
        givenVariance = p.tensor("variance", givenVariance);
    }

    /** The axes along which positions have statistics of their own; default the last one. */
    public Normalization axis(int... value) {
        return with("axis", value);
    }

    /** Whether y = mean + x max(sqrt(variance), 1e-7) instead; default false. */
    public Normalization invert(boolean value) {
        return with("invert", value);
    }

    /**
     * Fixes the statistics, so that the layer has no weights. Both have one shape: a number, or the
     * extents of the last of the axes, where 1 repeats.
     */
    public Normalization statistics(Tensor mean, Tensor variance) {
        with("mean", mean.copy()).with("variance", variance.copy());
        checkStatistics();
        return this;
    }

    private void checkStatistics() {
        if (givenMean == null && givenVariance == null) {
            return;
        }
        if (givenMean == null || givenVariance == null) {
            throw refuse("mean and variance must be given both or not at all");
        }
        boolean fits =
                givenMean.dtype() == DType.FLOAT32
                        && givenVariance.dtype() == DType.FLOAT32
                        && givenMean.shape().equals(givenVariance.shape())
                        && givenMean.shape().rank() <= axis.size();
        if (!fits) {
            throw refuse(
                    "mean and variance must be FLOAT32 of one shape with at most %d axes, one for each axis of the layer, got %s and %s"
                            .formatted(axis.size(), givenMean.shape(), givenVariance.shape()));
        }
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
                    "adapt needs FLOAT32 data with at least one number, got %s %s"
                            .formatted(data.dtype(), data.shape()));
        }
        outputShape(data.shape());
        build(List.of(data.shape()));
        AxisMoments m = AxisMoments.of(data, axes(data.shape()));
        variable("mean").assign(m.mean());
        variable("variance").assign(m.variance());
    }

    private List<Integer> axes(Shape input) {
        return InputAxes.distinct(this, input, new Axis(axis, true));
    }

    private Shape weightShape(Shape input) {
        return input.pick(axes(input));
    }

    /** The shape of x with 1 at all but the layer's axes, where it is the statistics' extent. */
    private Shape spread(Shape input, Shape statistics) {
        List<Integer> axes = axes(input);
        Shape spread = Shape.ones(input.rank());
        for (int i = 1; i <= statistics.rank(); i++) {
            spread = spread.withDim(axes.get(axes.size() - i), statistics.dim(-i));
        }
        return spread;
    }

    @Override
    protected Shape outputShape(Shape input) {
        checkStatistics();
        Shape extents = weightShape(input);
        if (!extents.isKnown()) {
            throw refuse("input must have known extents at axis %s, got %s".formatted(axis, input));
        }
        Shape have =
                givenMean != null ? givenMean.shape() : isBuilt() ? variable("mean").shape() : null;
        for (int i = 1; have != null && i <= have.rank(); i++) {
            boolean repeats = givenMean != null && have.dim(-i) == 1;
            if (have.dim(-i) != extents.dim(-i) && !repeats) {
                throw refuse(
                        "has statistics of shape %s for axis %s, got %s"
                                .formatted(have, axis, input));
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
        Value deviation = f.clip(f.apply(Fn.Function.SQRT, variance), SMALLEST, Float.MAX_VALUE);
        return invert
                ? f.combine(f.combine(x, Binary.Function.MUL, deviation), Binary.Function.ADD, mean)
                : f.combine(
                        f.combine(x, Binary.Function.SUB, mean), Binary.Function.DIV, deviation);
    }

    private Value statistic(Lowering l, String name, Tensor given, Shape input) {
        Value v = given == null ? l.weight(name) : l.constant(name, given);
        return l.formula().reshape(v, spread(input, v.shape()));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
