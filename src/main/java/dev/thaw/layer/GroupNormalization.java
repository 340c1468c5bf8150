package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Wu and He (2018): the channels of a sample in groups of equal size, each normalized on its own,
 * in every mode the same. With m and v the mean and the biased variance over a group's channels and
 * all other axes but the batch: y = gamma (x - m) / sqrt(v + epsilon) + beta. gamma, beta: [C]. x,
 * y: any shape of rank 2 and more, the same.
 */
public final class GroupNormalization extends UnaryLayer {
    /** As many groups as channels: instance normalization. */
    public static final int EACH = -1;

    private final int groups;
    private int axis = -1;
    private double epsilon = 1e-3;
    private boolean center = true;
    private boolean scale = true;
    private WeightOptions beta = WeightOptions.of(Initializer.zeros());
    private WeightOptions gamma = WeightOptions.of(Initializer.ones());

    /** Keras's default: 32 groups. */
    public GroupNormalization() {
        this(32);
    }

    /**
     * This many groups, which divides the number of channels; {@link #EACH} for one per channel.
     */
    public GroupNormalization(int groups) {
        if (groups < 1 && groups != EACH) {
            throw refuse(
                    "groups must be at least 1, or -1 for as many as there are channels, got "
                            + groups);
        }
        this.groups = groups;
    }

    /** The channel axis, not the batch; negative ones count from the end; default -1. */
    public GroupNormalization axis(int value) {
        refuseIfBuilt("axis");
        axis = value;
        return this;
    }

    /** Added to the variance, at least 0; default 0.001. */
    public GroupNormalization epsilon(double value) {
        refuseIfBuilt("epsilon");
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw refuse("epsilon must be finite and at least 0, got " + value);
        }
        epsilon = value;
        return this;
    }

    /** Whether beta is added; default true. */
    public GroupNormalization center(boolean value) {
        refuseIfBuilt("center");
        center = value;
        return this;
    }

    /** Whether gamma multiplies; default true. */
    public GroupNormalization scale(boolean value) {
        refuseIfBuilt("scale");
        scale = value;
        return this;
    }

    /** What beta begins with and what holds for it; default zeros. */
    public GroupNormalization beta(WeightOptions value) {
        refuseIfBuilt("beta");
        beta = Objects.requireNonNull(value, "beta");
        return this;
    }

    /** What gamma begins with and what holds for it; default ones. */
    public GroupNormalization gamma(WeightOptions value) {
        refuseIfBuilt("gamma");
        gamma = Objects.requireNonNull(value, "gamma");
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        int a = TrailingAxes.resolve(this, input, axis);
        int channels = input.dim(a);
        if (a == 0 || channels == Shape.NONE) {
            throw refuse(
                    "input must have a known extent at axis "
                            + axis
                            + ", which is not the batch, got "
                            + input);
        }
        if (groups != EACH && channels % groups != 0) {
            throw refuse(
                    "groups must divide the "
                            + channels
                            + " channels of "
                            + input
                            + ", got "
                            + groups);
        }
        ownWeights().stream()
                .map(w -> w.variable().shape().dim(0))
                .filter(built -> built != channels)
                .findFirst()
                .ifPresent(
                        built -> {
                            throw refuse(
                                    "was built for "
                                            + built
                                            + " channels at axis "
                                            + axis
                                            + ", got "
                                            + channels
                                            + " in "
                                            + input);
                        });
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        Shape channels = Shape.of(input.dim(axis));
        List<WeightSpec> specs = new ArrayList<>();
        if (scale) {
            specs.add(gamma.spec("gamma", channels));
        }
        if (center) {
            specs.add(beta.spec("beta", channels));
        }
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        int a = x.shape().axis(axis);
        Formula f = l.formula();
        Value grouped = f.reshape(x, grouped(x.shape(), a));
        // all but the batch and the groups make up a row
        List<Integer> within =
                IntStream.range(1, grouped.shape().rank()).filter(i -> i != a).boxed().toList();
        TrailingAxes row = new TrailingAxes(grouped.shape(), within);
        Value rows = row.rows(l, grouped);
        Shape perRow = Shape.of(rows.shape().dim(0));
        Value normalized = l.temp("normalized", rows.shape());
        l.emit(
                new LayerNorm(
                        rows,
                        null,
                        null,
                        normalized,
                        l.temp("mean", perRow),
                        l.temp("variance", perRow),
                        epsilon));
        Value y = f.reshape(row.restore(l, normalized), x.shape());
        y = scale ? f.combine(y, Binary.Kind.MUL, alongAxis(l, "gamma", y.shape(), a)) : y;
        return center ? f.combine(y, Binary.Kind.ADD, alongAxis(l, "beta", y.shape(), a)) : y;
    }

    /** The channel axis as two: groups, and channels of a group. */
    private Shape grouped(Shape s, int a) {
        int channels = s.dim(a);
        int n = groups == EACH ? channels : groups;
        int[] dims = new int[s.rank() + 1];
        for (int i = 0; i < s.rank(); i++) {
            dims[i < a ? i : i + 1] = s.dim(i);
        }
        dims[a] = n;
        dims[a + 1] = channels / n;
        return Shape.of(dims);
    }

    private static Value alongAxis(Lowering l, String weight, Shape like, int axis) {
        Value w = l.weight(weight);
        int[] dims = new int[like.rank()];
        Arrays.fill(dims, 1);
        dims[axis] = w.shape().dim(0);
        return l.formula().reshape(w, Shape.of(dims));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        List<Weight> built = ownWeights();
        // Keras puts the number of channels here when it builds the layer
        boolean resolved = groups == EACH && !built.isEmpty();
        config.put("groups", resolved ? built.get(0).variable().shape().dim(0) : groups);
        config.put("axis", axis);
        config.put("epsilon", epsilon);
        config.put("center", center);
        config.put("scale", scale);
        WeightOptions.describe(config, beta, gamma);
    }
}
