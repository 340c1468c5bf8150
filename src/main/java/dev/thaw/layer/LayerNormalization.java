package dev.thaw.layer;

import dev.thaw.op.LayerNorm;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Ba et al. (2016): each sample on its own, in every mode the same. With m and v the mean and the
 * biased variance over the axes: y = gamma (x - m) / sqrt(v + epsilon) + beta. gamma, beta: the
 * extents of the axes, in ascending order, and row-major along them. x, y: any shape, the same.
 */
public final class LayerNormalization extends UnaryLayer {
    private int[] axis = {-1};
    private double epsilon = 1e-3;
    private boolean center = true;
    private boolean scale = true;
    private WeightOptions beta = WeightOptions.of(Initializer.zeros());
    private WeightOptions gamma = WeightOptions.of(Initializer.ones());

    /** Keras's defaults: the last axis, epsilon 0.001, with center and scale. */
    public LayerNormalization() {}

    /** Over these axes; negative ones count from the end. */
    public LayerNormalization axis(int... value) {
        refuseIfBuilt("axis");
        if (value.length == 0) {
            throw refuse("axis must name at least one axis; use -1 for the last axis");
        }
        axis = value.clone();
        return this;
    }

    /** Added to the variance, at least 0; default 0.001. */
    public LayerNormalization epsilon(double value) {
        refuseIfBuilt("epsilon");
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw refuse("epsilon must be finite and at least 0, got " + value);
        }
        epsilon = value;
        return this;
    }

    /** Whether beta is added; default true. */
    public LayerNormalization center(boolean value) {
        refuseIfBuilt("center");
        center = value;
        return this;
    }

    /** Whether gamma multiplies; default true. */
    public LayerNormalization scale(boolean value) {
        refuseIfBuilt("scale");
        scale = value;
        return this;
    }

    /** First value of beta; default zeros. */
    public LayerNormalization betaInitializer(Initializer value) {
        refuseIfBuilt("betaInitializer");
        return beta(beta.withInitializer(value));
    }

    /** First value of gamma; default ones. */
    public LayerNormalization gammaInitializer(Initializer value) {
        refuseIfBuilt("gammaInitializer");
        return gamma(gamma.withInitializer(value));
    }

    /** What the loss adds for beta; default nothing. */
    public LayerNormalization betaRegularizer(Regularizer value) {
        refuseIfBuilt("betaRegularizer");
        return beta(beta.withRegularizer(value));
    }

    /** What the loss adds for gamma; default nothing. */
    public LayerNormalization gammaRegularizer(Regularizer value) {
        refuseIfBuilt("gammaRegularizer");
        return gamma(gamma.withRegularizer(value));
    }

    /** What beta begins with and what holds for it; default zeros. */
    public LayerNormalization beta(WeightOptions value) {
        refuseIfBuilt("beta");
        beta = Objects.requireNonNull(value, "beta");
        return this;
    }

    /** What gamma begins with and what holds for it; default ones. */
    public LayerNormalization gamma(WeightOptions value) {
        refuseIfBuilt("gamma");
        gamma = Objects.requireNonNull(value, "gamma");
        return this;
    }

    private List<Integer> axes(Shape input) {
        return AxisList.distinct(this, input, axis);
    }

    /**
     * Keras sorts the axes as they were given, negative ones first: {@code axis(1, -1)} on (N, 3,
     * 4, 5) makes weights of (5, 3), whose numbers it reads row-major along (3, 5) nevertheless.
     * Files have that shape.
     */
    private Shape weightShape(Shape input) {
        axes(input);
        return Shape.of(Arrays.stream(axis).sorted().map(input::dim).toArray());
    }

    @Override
    protected Shape outputShape(Shape input) {
        Shape normalized = weightShape(input);
        if (!normalized.isKnown()) {
            throw refuse(
                    "input must have known extents at axis "
                            + Arrays.toString(axis)
                            + ", got "
                            + input);
        }
        ownWeights().stream()
                .map(w -> w.variable().shape())
                .filter(s -> !s.equals(normalized))
                .findFirst()
                .ifPresent(
                        s -> {
                            throw refuse(
                                    "was built for extents "
                                            + s
                                            + " at axis "
                                            + Arrays.toString(axis)
                                            + ", got "
                                            + input);
                        });
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        Shape shape = weightShape(input);
        List<WeightSpec> specs = new ArrayList<>();
        if (scale) {
            specs.add(gamma.spec("gamma", shape));
        }
        if (center) {
            specs.add(beta.spec("beta", shape));
        }
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        TrailingAxes row = new TrailingAxes(x.shape(), axes(x.shape()));
        Value rows = row.rows(l, x);
        Shape perRow = Shape.of(rows.shape().dim(0));
        Shape perColumn = Shape.of(rows.shape().dim(1));
        Value y = l.temp("normalized", rows.shape());
        l.emit(
                new LayerNorm(
                        rows,
                        scale ? Reshape.emit(l, l.weight("gamma"), perColumn) : null,
                        center ? Reshape.emit(l, l.weight("beta"), perColumn) : null,
                        y,
                        l.temp("mean", perRow),
                        l.temp("variance", perRow),
                        epsilon));
        return row.restore(l, y);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("axis", AxisList.describe(this, axis));
        config.put("epsilon", epsilon);
        config.put("center", center);
        config.put("scale", scale);
        config.put("rms_scaling", false);
        WeightOptions.describe(config, beta, gamma);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
