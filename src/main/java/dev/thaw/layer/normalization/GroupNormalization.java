package dev.thaw.layer.normalization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.TrailingAxes;
import dev.thaw.layer.Weight;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Wu and He (2018): the channels of a sample in groups of equal size, each normalized on its own,
 * in every mode the same. With m and v the mean and the biased variance over a group's channels and
 * all other axes but the batch: y = gamma (x - m) / sqrt(v + epsilon) + beta. gamma, beta: [C]. x,
 * y: any shape of rank 2 and more, the same.
 */
public final class GroupNormalization extends ScaledNormalization<GroupNormalization> {
    /** As many groups as channels: instance normalization. */
    public static final int EACH = -1;

    private int groups = 32;
    private int axis = -1;

    /** Keras's default: 32 groups. */
    public GroupNormalization() {}

    /**
     * This many groups, which divides the number of channels; {@link #EACH} for one per channel.
     */
    public GroupNormalization(int groups) {
        groups(groups);
    }

    @Override
    protected void properties(Properties p) {
        List<Weight> built = ownWeights();
        // Keras puts the number of channels here when it builds the layer
        boolean resolved = groups == EACH && !built.isEmpty();
        int given =
                p.integer(
                        "groups",
                        resolved ? built.get(0).variable().shape().dim(0) : groups,
                        Range.atLeast(EACH));
        if (given == 0) {
            throw refuse(
                    "groups must be at least 1, or -1 for as many as there are channels, got 0");
        }
        groups = resolved ? EACH : given;
        axis = p.integer("axis", axis);
        scaling(p);
        WeightOptions.walk(p, options());
    }

    /** How many groups, or {@link #EACH}; default 32. */
    public GroupNormalization groups(int value) {
        return with("groups", value);
    }

    /** The channel axis, not the batch; negative ones count from the end; default -1. */
    public GroupNormalization axis(int value) {
        return with("axis", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.hasAxis(axis) && input.axis(axis) == 0) {
            throw refuse(
                    "axis must be that of the channels, not the batch, got %d for %s"
                            .formatted(axis, input));
        }
        int a = channelAxis(input, axis);
        if (groups != EACH && input.dim(a) % groups != 0) {
            throw refuse(
                    "groups must divide the %d channels of %s, got %d"
                            .formatted(input.dim(a), input, groups));
        }
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        return scalingWeights(Shape.of(input.dim(axis)));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        int a = x.shape().axis(axis);
        Formula f = l.formula();
        Value grouped = f.reshape(x, grouped(x.shape(), a));
        // all but the batch and the groups make up a row
        TrailingAxes row =
                new TrailingAxes(grouped.shape(), grouped.shape().axesBut(List.of(0, a)));
        Value rows = row.rows(f, grouped);
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
                        epsilon()));
        Value y = f.reshape(row.restore(f, normalized), x.shape());
        y =
                scale()
                        ? f.combine(
                                y,
                                Binary.Function.MUL,
                                f.along(l.weight("gamma"), a, x.shape().rank()))
                        : y;
        return center()
                ? f.combine(y, Binary.Function.ADD, f.along(l.weight("beta"), a, x.shape().rank()))
                : y;
    }

    /** The channel axis as two: groups, and channels of a group. */
    private Shape grouped(Shape s, int a) {
        int channels = s.dim(a);
        int n = groups == EACH ? channels : groups;
        return s.withDim(a, channels / n).insert(a, n);
    }
}
