package dev.thaw.layer;

import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/** A convolution of each channel on its own, over 1 or 2 spatial axes. */
public abstract class BaseDepthwiseConv<S extends BaseDepthwiseConv<S>>
        extends ConvolutionLayer<S> {
    private int depthMultiplier = 1;
    private WeightOptions depthwise = WeightOptions.KERNEL;

    BaseDepthwiseConv(int rank, Extents kernelSize) {
        super(rank, kernelSize);
    }

    @Override
    final boolean stridesWithDilation() {
        return true;
    }

    /** Filters per channel, at least 1; default 1. */
    public final S depthMultiplier(int value) {
        refuseIfBuilt("depthMultiplier");
        requirePositive("depthMultiplier", value);
        depthMultiplier = value;
        return self();
    }

    /** First value of the kernel; default Glorot uniform. */
    public final S depthwiseInitializer(Initializer value) {
        refuseIfBuilt("depthwiseInitializer");
        depthwise = depthwise.withInitializer(value);
        return self();
    }

    /** What the loss adds for the kernel; default nothing. */
    public final S depthwiseRegularizer(Regularizer value) {
        refuseIfBuilt("depthwiseRegularizer");
        depthwise = depthwise.withRegularizer(value);
        return self();
    }

    /** What the kernel is pulled back to after each step; null, the default, for nothing. */
    public final S depthwiseConstraint(Constraint value) {
        refuseIfBuilt("depthwiseConstraint");
        depthwise = depthwise.withConstraint(value);
        return self();
    }

    private int filters(Shape input) {
        long filters = (long) input.last() * depthMultiplier;
        if (filters > Integer.MAX_VALUE) {
            throw refuse("channels times depthMultiplier must fit in an int, got " + filters);
        }
        return (int) filters;
    }

    @Override
    final Shape resultShape(Shape input) {
        checkChannels(input, "kernel", rank(), 1);
        return window().outputShape(this, input, filters(input));
    }

    @Override
    final List<WeightSpec> specs(Shape input) {
        return withBias(
                filters(input),
                depthwise.spec("kernel", kernelShape(input.last(), depthMultiplier)));
    }

    @Override
    final Value emit(Lowering l, Value x) {
        Value y = l.temp("depthwise", resultShape(x.shape()));
        l.emit(
                new DepthwiseConvolution(
                        x, l.weight("kernel"), bias(l), y, window().over(x.shape())));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("depth_multiplier", depthMultiplier);
        configureWindow(config);
        config.put("data_format", dataFormat());
        config.put("dilation_rate", window().dilation());
        configureSum(config);
        configureWeights(config, Map.of("depthwise", depthwise));
    }
}
