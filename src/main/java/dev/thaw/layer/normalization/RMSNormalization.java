package dev.thaw.layer.normalization;

import dev.thaw.config.Axis;
import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.InputAxes;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * Zhang and Sennrich (2019): y = scale x / sqrt(mean(x^2) + epsilon), the mean over the axes.
 * scale: the extents of the axes, in ascending order; as in Keras it is aligned with the last axes
 * of x, whichever the axes are. x, y: any shape, the same.
 */
public final class RMSNormalization extends UnaryLayer<RMSNormalization> {
    private Axis axis = Axis.LAST;
    private double epsilon = 1e-6;

    /** Keras's defaults: the last axis, epsilon 1e-6. */
    public RMSNormalization() {}

    @Override
    protected void properties(Properties p) {
        axis = InputAxes.walk(this, p, axis);
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
    }

    /** Over these axes; negative ones count from the end; default -1. */
    public RMSNormalization axis(int... value) {
        return with("axis", value);
    }

    /** Added to the mean square, at least 0; default 1e-6. */
    public RMSNormalization epsilon(double value) {
        return with("epsilon", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        Shape scale = InputAxes.weightShape(this, input, axis);
        Shape behind = input.sub(input.rank() - scale.rank(), input.rank());
        boolean fits = scale.isKnown();
        for (int i = 0; i < scale.rank(); i++) {
            fits &= scale.dim(i) == 1 || scale.dim(i) == behind.dim(i);
        }
        if (!fits) {
            throw refuse(
                    "the extents at axis %s must be known and fit the last axes of its input, with which its scale is aligned, got %s"
                            .formatted(axis, input));
        }
        if (isBuilt() && !variable("scale").shape().equals(scale)) {
            throw refuse(
                    "was built for extents %s at axis %s, got %s"
                            .formatted(variable("scale").shape(), axis, input));
        }
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        return List.of(
                WeightSpec.trainable(
                        "scale", InputAxes.weightShape(this, input, axis), Initializer.ones()));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        List<Integer> axes = InputAxes.distinct(this, x.shape(), axis);
        Value square = f.reduce(f.apply(Fn.Function.SQUARE, x), Reduce.Function.MEAN, axes);
        Value root = f.apply(Fn.Function.SQRT, f.affine(square, 1, epsilon));
        Value normalized = f.combine(x, Binary.Function.DIV, root);
        return f.combine(normalized, Binary.Function.MUL, l.weight("scale"));
    }
}
