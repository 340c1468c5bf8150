package dev.thaw.layer;

import dev.thaw.op.Convolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A two-dimensional cross-correlation: y[n, o, f] = activation(bias[f] + sum over window cells k
 * and channels c of x[n, o stride + k dilation - pad, c] kernel[k, c, f]). x: [N, H, W, C], kernel:
 * [h, w, C / groups, filters], bias: [filters], y: [N, H', W', filters].
 */
public final class Conv2D extends ConvolutionLayer<Conv2D> {
    private final int filters;
    private int groups = 1;
    private Initializer kernelInitializer = Initializer.glorotUniform();
    private Regularizer kernelRegularizer = Regularizer.NONE;
    private Constraint kernelConstraint;

    /** So many filters, at least 1, over a square window. */
    public Conv2D(int filters, int kernelSize) {
        this(filters, Size2D.square(kernelSize));
    }

    /** So many filters, at least 1, over a window. */
    public Conv2D(int filters, Size2D kernelSize) {
        super(kernelSize);
        if (filters < 1) {
            throw refuse("filters must be at least 1, got " + filters);
        }
        this.filters = filters;
    }

    @Override
    Conv2D self() {
        return this;
    }

    /** Into how many groups channels and filters fall; default 1. It must divide both. */
    public Conv2D groups(int value) {
        refuseIfBuilt("groups");
        if (value < 1 || filters % value != 0) {
            throw refuse(
                    "groups must be at least 1 and divide the "
                            + filters
                            + " filters, got "
                            + value);
        }
        groups = value;
        return this;
    }

    /** First value of the kernel; default Glorot uniform. */
    public Conv2D kernelInitializer(Initializer value) {
        refuseIfBuilt("kernelInitializer");
        kernelInitializer = Objects.requireNonNull(value, "kernelInitializer");
        return this;
    }

    /** What the loss adds for the kernel; default nothing. */
    public Conv2D kernelRegularizer(Regularizer value) {
        refuseIfBuilt("kernelRegularizer");
        kernelRegularizer = Objects.requireNonNull(value, "kernelRegularizer");
        return this;
    }

    /** What the kernel is pulled back to after each step; null, the default, for nothing. */
    public Conv2D kernelConstraint(Constraint value) {
        refuseIfBuilt("kernelConstraint");
        kernelConstraint = value;
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        checkChannels(input, "kernel", groups);
        if (input.last() % groups != 0) {
            throw refuse(
                    "input's channels must be divisible by groups ("
                            + groups
                            + "), got "
                            + input.last());
        }
        return window().outputShape(this, input, filters);
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        List<WeightSpec> specs = new ArrayList<>();
        specs.add(
                WeightSpec.trainable(
                                "kernel",
                                kernelShape(input.last() / groups, filters),
                                kernelInitializer,
                                kernelRegularizer)
                        .withConstraint(kernelConstraint));
        if (useBias()) {
            specs.add(biasSpec(filters));
        }
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Value y = l.temp("conv", outputShape(x.shape()));
        l.emit(
                new Convolution(
                        x,
                        l.weight("kernel"),
                        useBias() ? l.weight("bias") : null,
                        y,
                        window().over(x.shape()),
                        groups));
        return activation().lower(l, y);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("filters", filters);
        super.configure(config);
        config.put("groups", groups);
        config.put("kernel_regularizer", kernelRegularizer);
        config.put("kernel_constraint", kernelConstraint);
    }
}
