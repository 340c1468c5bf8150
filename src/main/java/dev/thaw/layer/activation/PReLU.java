package dev.thaw.layer.activation;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * y = x where x is positive, else alpha x, with a weight alpha (He et al., 2015). x, y: [N, ..],
 * the same; alpha: x's shape without the batch, with extent 1 along the shared axes.
 */
public final class PReLU extends UnaryLayer<PReLU> {
    private final WeightOptions alpha = new WeightOptions("alpha", Initializer.zeros());
    private List<Integer> sharedAxes;

    /** A slope of its own for every element of a sample, beginning at 0. */
    public PReLU() {}

    @Override
    protected void properties(Properties p) {
        WeightOptions.walk(p, alpha);
        sharedAxes = p.integers("shared_axes", sharedAxes);
        if (sharedAxes != null && sharedAxes.stream().anyMatch(a -> a < 1)) {
            throw refuse("shared_axes must be at least 1 (axis 0 is the batch), got " + sharedAxes);
        }
    }

    /** First value of alpha; default zeros. */
    public PReLU alphaInitializer(Initializer value) {
        return with("alpha_initializer", value);
    }

    /** What the loss adds for alpha; null, the default, for nothing. */
    public PReLU alphaRegularizer(Regularizer value) {
        return with("alpha_regularizer", value);
    }

    /** What alpha is pulled back to after each step; null, the default, for nothing. */
    public PReLU alphaConstraint(Constraint value) {
        return with("alpha_constraint", value);
    }

    /**
     * Axes along which all elements have one slope, each at least 1: {@code 1, 2} gives an image
     * one slope per channel. Default none: a slope for each element of a sample.
     */
    public PReLU sharedAxes(int... value) {
        return with("shared_axes", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        Shape alpha = alphaShape(input);
        if (isBuilt() && !variable("alpha").shape().accepts(alpha)) {
            throw refuse(
                    "input must fit alpha, which has shape %s, got %s"
                            .formatted(variable("alpha").shape(), input));
        }
        if (!isBuilt() && !alpha.isKnown()) {
            throw refuse(
                    "input's extents must be known but for the batch and the shared axes, got %s; share the axes that vary with sharedAxes(..)"
                            .formatted(input));
        }
        return input;
    }

    private Shape alphaShape(Shape input) {
        List<Integer> shared = sharedAxes == null ? List.of() : sharedAxes;
        if (input.rank() < 2 || shared.stream().anyMatch(a -> a >= input.rank())) {
            throw refuse(
                    "input must have a batch axis, another one, and the shared axes %s, got %s"
                            .formatted(shared, input));
        }
        Shape alpha = input.sub(1, input.rank());
        for (int axis : shared) {
            alpha = alpha.withDim(axis - 1, 1);
        }
        return alpha;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        return List.of(WeightSpec.trainable(alpha, alphaShape(input)));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        Value below = f.apply(Fn.Function.RELU, f.affine(x, -1, 0));
        Value sloped = f.combine(below, Binary.Function.MUL, l.weight("alpha"));
        return f.combine(f.apply(Fn.Function.RELU, x), Binary.Function.SUB, sloped);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
