package dev.thaw.layer;

import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A convolution of each channel on its own with M filters, then one of 1 x 1 that mixes them, with
 * nothing in between: y = activation(pointwise(depthwise(x)) + bias). x: [N, H, W, C],
 * depthwise_kernel: [h, w, C, M], pointwise_kernel: [1, 1, C M, filters], bias: [filters], y: [N,
 * H', W', filters]. Strides, dilation and padding belong to the first.
 */
public final class SeparableConv2D extends ConvolutionLayer<SeparableConv2D> {
    private final int filters;
    private int depthMultiplier = 1;
    private Initializer depthwiseInitializer = Initializer.glorotUniform();
    private Initializer pointwiseInitializer = Initializer.glorotUniform();
    private Regularizer depthwiseRegularizer = Regularizer.NONE;
    private Regularizer pointwiseRegularizer = Regularizer.NONE;
    private Constraint depthwiseConstraint;
    private Constraint pointwiseConstraint;

    /** So many filters, at least 1, over a square window. */
    public SeparableConv2D(int filters, int kernelSize) {
        this(filters, Size2D.square(kernelSize));
    }

    /** So many filters, at least 1, over a window. */
    public SeparableConv2D(int filters, Size2D kernelSize) {
        super(kernelSize);
        if (filters < 1) {
            throw refuse("filters must be at least 1, got " + filters);
        }
        this.filters = filters;
    }

    @Override
    SeparableConv2D self() {
        return this;
    }

    /** Depthwise filters per channel, at least 1; default 1. */
    public SeparableConv2D depthMultiplier(int value) {
        refuseIfBuilt("depthMultiplier");
        if (value < 1) {
            throw refuse("depthMultiplier must be at least 1, got " + value);
        }
        depthMultiplier = value;
        return this;
    }

    /** First value of the depthwise kernel; default Glorot uniform. */
    public SeparableConv2D depthwiseInitializer(Initializer value) {
        refuseIfBuilt("depthwiseInitializer");
        depthwiseInitializer = Objects.requireNonNull(value, "depthwiseInitializer");
        return this;
    }

    /** First value of the pointwise kernel; default Glorot uniform. */
    public SeparableConv2D pointwiseInitializer(Initializer value) {
        refuseIfBuilt("pointwiseInitializer");
        pointwiseInitializer = Objects.requireNonNull(value, "pointwiseInitializer");
        return this;
    }

    /** What the loss adds for the depthwise kernel; default nothing. */
    public SeparableConv2D depthwiseRegularizer(Regularizer value) {
        refuseIfBuilt("depthwiseRegularizer");
        depthwiseRegularizer = Objects.requireNonNull(value, "depthwiseRegularizer");
        return this;
    }

    /** What the loss adds for the pointwise kernel; default nothing. */
    public SeparableConv2D pointwiseRegularizer(Regularizer value) {
        refuseIfBuilt("pointwiseRegularizer");
        pointwiseRegularizer = Objects.requireNonNull(value, "pointwiseRegularizer");
        return this;
    }

    /**
     * What the depthwise kernel is pulled back to after each step; null, the default, for nothing.
     */
    public SeparableConv2D depthwiseConstraint(Constraint value) {
        refuseIfBuilt("depthwiseConstraint");
        depthwiseConstraint = value;
        return this;
    }

    /**
     * What the pointwise kernel is pulled back to after each step; null, the default, for nothing.
     */
    public SeparableConv2D pointwiseConstraint(Constraint value) {
        refuseIfBuilt("pointwiseConstraint");
        pointwiseConstraint = value;
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        checkChannels(input, "depthwise_kernel", 1);
        return window().outputShape(this, input, filters);
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        List<WeightSpec> specs = new ArrayList<>();
        specs.add(
                WeightSpec.trainable(
                                "depthwise_kernel",
                                kernelShape(input.last(), depthMultiplier),
                                depthwiseInitializer,
                                depthwiseRegularizer)
                        .withConstraint(depthwiseConstraint));
        specs.add(
                WeightSpec.trainable(
                                "pointwise_kernel",
                                Shape.of(1, 1, input.last() * depthMultiplier, filters),
                                pointwiseInitializer,
                                pointwiseRegularizer)
                        .withConstraint(pointwiseConstraint));
        if (useBias()) {
            specs.add(biasSpec(filters));
        }
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Shape outer = outputShape(x.shape());
        Value channels = l.temp("depthwise", outer.withDim(-1, x.shape().last() * depthMultiplier));
        l.emit(
                new DepthwiseConvolution(
                        x, l.weight("depthwise_kernel"), null, channels, window().over(x.shape())));
        Value y = l.temp("pointwise", outer);
        l.emit(
                new Convolution(
                        channels,
                        l.weight("pointwise_kernel"),
                        useBias() ? l.weight("bias") : null,
                        y,
                        WindowSpec.point(2).over(channels.shape()),
                        1));
        return activation().lower(l, y);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("filters", filters);
        super.configure(config);
        config.put("depth_multiplier", depthMultiplier);
        config.put("depthwise_regularizer", depthwiseRegularizer);
        config.put("pointwise_regularizer", pointwiseRegularizer);
        config.put("depthwise_constraint", depthwiseConstraint);
        config.put("pointwise_constraint", pointwiseConstraint);
    }
}
