package dev.thaw.layer;

import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A convolution of each channel on its own: y[n, o, c M + m] = activation(bias[c M + m] + sum over
 * window cells k of x[n, o stride + k dilation - pad, c] kernel[k, c, m]), with M the depth
 * multiplier. x: [N, H, W, C], kernel: [h, w, C, M], bias: [C M], y: [N, H', W', C M].
 */
public final class DepthwiseConv2D extends ConvolutionLayer<DepthwiseConv2D> {
    private int depthMultiplier = 1;
    private Initializer depthwiseInitializer = Initializer.glorotUniform();
    private Regularizer depthwiseRegularizer = Regularizer.NONE;
    private Constraint depthwiseConstraint;

    /** Over a square window. */
    public DepthwiseConv2D(int kernelSize) {
        this(Size2D.square(kernelSize));
    }

    /** Over a window. */
    public DepthwiseConv2D(Size2D kernelSize) {
        super(kernelSize);
    }

    @Override
    DepthwiseConv2D self() {
        return this;
    }

    /** Filters per channel, at least 1; default 1. */
    public DepthwiseConv2D depthMultiplier(int value) {
        refuseIfBuilt("depthMultiplier");
        if (value < 1) {
            throw refuse("depthMultiplier must be at least 1, got " + value);
        }
        depthMultiplier = value;
        return this;
    }

    /** First value of the kernel; default Glorot uniform. */
    public DepthwiseConv2D depthwiseInitializer(Initializer value) {
        refuseIfBuilt("depthwiseInitializer");
        depthwiseInitializer = Objects.requireNonNull(value, "depthwiseInitializer");
        return this;
    }

    /** What the loss adds for the kernel; default nothing. */
    public DepthwiseConv2D depthwiseRegularizer(Regularizer value) {
        refuseIfBuilt("depthwiseRegularizer");
        depthwiseRegularizer = Objects.requireNonNull(value, "depthwiseRegularizer");
        return this;
    }

    /** What the kernel is pulled back to after each step; null, the default, for nothing. */
    public DepthwiseConv2D depthwiseConstraint(Constraint value) {
        refuseIfBuilt("depthwiseConstraint");
        depthwiseConstraint = value;
        return this;
    }

    @Override
    protected Shape outputShape(Shape input) {
        checkChannels(input, "kernel", 1);
        return window().outputShape(this, input, input.last() * depthMultiplier);
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        List<WeightSpec> specs = new ArrayList<>();
        specs.add(
                WeightSpec.trainable(
                                "kernel",
                                kernelShape(input.last(), depthMultiplier),
                                depthwiseInitializer,
                                depthwiseRegularizer)
                        .withConstraint(depthwiseConstraint));
        if (useBias()) {
            specs.add(biasSpec(input.last() * depthMultiplier));
        }
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Value y = l.temp("depthwise", outputShape(x.shape()));
        l.emit(
                new DepthwiseConvolution(
                        x,
                        l.weight("kernel"),
                        useBias() ? l.weight("bias") : null,
                        y,
                        window().over(x.shape())));
        return activation().lower(l, y);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        super.configure(config);
        config.put("depth_multiplier", depthMultiplier);
        config.put("depthwise_regularizer", depthwiseRegularizer);
        config.put("depthwise_constraint", depthwiseConstraint);
    }
}
