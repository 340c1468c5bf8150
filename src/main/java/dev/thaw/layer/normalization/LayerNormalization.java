package dev.thaw.layer.normalization;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.TrailingAxes;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Ba et al. (2016): each sample on its own, in every mode the same. With m and v the mean and the
 * biased variance over the axes: y = gamma (x - m) / sqrt(v + epsilon) + beta. gamma, beta: the
 * extents of the axes, in ascending order, and row-major along them. x, y: any shape, the same.
 */
public final class LayerNormalization extends ScaledNormalization<LayerNormalization> {
    private Axis axis = Axis.LAST;
    private boolean rmsScaling;

    /** Keras's defaults: the last axis, epsilon 0.001, with center and scale. */
    public LayerNormalization() {}

    @Override
    protected void properties(Properties p) {
        axis = InputAxes.walk(this, p, axis);
        scaling(p);
        rmsScaling = p.bool("rms_scaling", rmsScaling);
        WeightOptions.walk(p, options());
    }

    /** Over these axes; negative ones count from the end; default -1. */
    public LayerNormalization axis(int... value) {
        return with("axis", value);
    }

    /**
     * Whether x is not centered: y = gamma x / sqrt(v + epsilon), with gamma always and beta never;
     * default false. Keras advises against it, since v is the variance about the mean: {@link
     * RMSNormalization} divides by the root of the mean square.
     */
    public LayerNormalization rmsScaling(boolean value) {
        return with("rms_scaling", value);
    }

    private List<Integer> axes(Shape input) {
        return InputAxes.distinct(this, input, axis);
    }

    @Override
    protected Shape outputShape(Shape input) {
        Shape normalized = InputAxes.weightShape(this, input, axis);
        if (!normalized.isKnown()) {
            throw refuse("input must have known extents at axis %s, got %s".formatted(axis, input));
        }
        checkBuilt(normalized, axis, input);
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        Shape shape = InputAxes.weightShape(this, input, axis);
        return rmsScaling ? List.of(gammaWeight(shape)) : scalingWeights(shape);
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        TrailingAxes row = new TrailingAxes(x.shape(), axes(x.shape()));
        Value rows = row.rows(l.formula(), x);
        if (rmsScaling) {
            return row.restore(l.formula(), scaledByDeviation(l, rows));
        }
        Shape perRow = Shape.of(rows.shape().dim(0));
        Shape perColumn = Shape.of(rows.shape().dim(1));
        Value y = l.temp("normalized", rows.shape());
        l.emit(
                new LayerNorm(
                        rows,
                        scale() ? l.formula().reshape(l.weight("gamma"), perColumn) : null,
                        center() ? l.formula().reshape(l.weight("beta"), perColumn) : null,
                        y,
                        l.temp("mean", perRow),
                        l.temp("variance", perRow),
                        epsilon()));
        return row.restore(l.formula(), y);
    }

    private Value scaledByDeviation(Lowering l, Value rows) {
        Formula f = l.formula();
        Value mean = f.reduceLast(rows, Reduce.Function.MEAN);
        Value centered = f.combine(rows, Binary.Function.SUB, mean);
        Value variance = f.reduceLast(f.apply(Fn.Function.SQUARE, centered), Reduce.Function.MEAN);
        Value deviation = f.apply(Fn.Function.SQRT, f.affine(variance, 1, epsilon()));
        Value gamma = f.reshape(l.weight("gamma"), Shape.of(rows.shape().dim(1)));
        return f.combine(
                f.combine(rows, Binary.Function.DIV, deviation), Binary.Function.MUL, gamma);
    }
}
