package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * y = x where x is positive, else alpha x, with a weight alpha (He et al., 2015). x, y: [N, ..],
 * the same; alpha: x's shape without the batch, with extent 1 along the shared axes.
 */
public final class PReLU extends UnaryLayer {
    private Initializer alphaInitializer = Initializer.zeros();
    private Regularizer alphaRegularizer = Regularizer.NONE;
    private Constraint alphaConstraint;
    private List<Integer> sharedAxes;

    /** A slope of its own for every element of a sample, beginning at 0. */
    public PReLU() {}

    /** First value of alpha; default zeros. */
    public PReLU alphaInitializer(Initializer value) {
        refuseIfBuilt("alphaInitializer");
        alphaInitializer = Objects.requireNonNull(value, "alphaInitializer");
        return this;
    }

    /** What the loss adds for alpha; default nothing. */
    public PReLU alphaRegularizer(Regularizer value) {
        refuseIfBuilt("alphaRegularizer");
        alphaRegularizer = Objects.requireNonNull(value, "alphaRegularizer");
        return this;
    }

    /** What alpha is pulled back to after each step; null, the default, for nothing. */
    public PReLU alphaConstraint(Constraint value) {
        refuseIfBuilt("alphaConstraint");
        alphaConstraint = value;
        return this;
    }

    /**
     * Axes along which all elements have one slope, each at least 1: {@code 1, 2} gives an image
     * one slope per channel.
     */
    public PReLU sharedAxes(int... axes) {
        refuseIfBuilt("sharedAxes");
        if (IntStream.of(axes).anyMatch(a -> a < 1)) {
            throw refuse(
                    "sharedAxes must be at least 1 (axis 0 is the batch), got "
                            + Arrays.toString(axes));
        }
        sharedAxes = IntStream.of(axes).boxed().toList();
        return this;
    }

    @Override
    public PReLU activityRegularizer(Regularizer value) {
        super.activityRegularizer(value);
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        Shape alpha = alphaShape(input);
        if (isBuilt() && !variable("alpha").shape().accepts(alpha)) {
            throw refuse(
                    "input must fit alpha, which has shape "
                            + variable("alpha").shape()
                            + ", got "
                            + input);
        }
        if (!isBuilt() && !alpha.isKnown()) {
            throw refuse(
                    "input's extents must be known but for the batch and the shared axes, got "
                            + input
                            + "; share the axes that vary with sharedAxes(..)");
        }
        return input;
    }

    private Shape alphaShape(Shape input) {
        List<Integer> shared = sharedAxes == null ? List.of() : sharedAxes;
        if (input.rank() < 2 || shared.stream().anyMatch(a -> a >= input.rank())) {
            throw refuse(
                    "input must have a batch axis, another one, and the shared axes "
                            + shared
                            + ", got "
                            + input);
        }
        Shape alpha = input.sub(1, input.rank());
        for (int axis : shared) {
            alpha = alpha.withDim(axis - 1, 1);
        }
        return alpha;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        return List.of(
                WeightSpec.trainable("alpha", alphaShape(input), alphaInitializer, alphaRegularizer)
                        .withConstraint(alphaConstraint));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Formula f = l.formula();
        Value below = f.apply(Fn.Kind.RELU, f.affine(x, -1, 0));
        Value sloped = f.combine(below, Binary.Kind.MUL, l.weight("alpha"));
        return f.combine(f.apply(Fn.Kind.RELU, x), Binary.Kind.SUB, sloped);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("alpha_initializer", alphaInitializer);
        config.put("alpha_regularizer", alphaRegularizer);
        config.put("alpha_constraint", alphaConstraint);
        config.put("shared_axes", sharedAxes);
    }
}
