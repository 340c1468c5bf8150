package dev.thaw.layer;

import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A convolution of each channel on its own, then one over single cells that mixes them, over 1 or 2
 * spatial axes. Strides, dilation and padding belong to the first.
 */
public abstract class BaseSeparableConv<S extends BaseSeparableConv<S>>
        extends ConvolutionLayer<S> {
    private final int filters;
    private int depthMultiplier = 1;
    private WeightOptions depthwise = WeightOptions.KERNEL;
    private WeightOptions pointwise = WeightOptions.KERNEL;

    BaseSeparableConv(int rank, int filters, Extents kernelSize) {
        super(rank, kernelSize);
        requirePositive("filters", filters);
        this.filters = filters;
    }

    @Override
    final boolean stridesWithDilation() {
        return true;
    }

    /** Depthwise filters per channel, at least 1; default 1. */
    public final S depthMultiplier(int value) {
        refuseIfBuilt("depthMultiplier");
        requirePositive("depthMultiplier", value);
        depthMultiplier = value;
        return self();
    }

    /** First value of the depthwise kernel; default Glorot uniform. */
    public final S depthwiseInitializer(Initializer value) {
        refuseIfBuilt("depthwiseInitializer");
        depthwise = depthwise.withInitializer(value);
        return self();
    }

    /** First value of the pointwise kernel; default Glorot uniform. */
    public final S pointwiseInitializer(Initializer value) {
        refuseIfBuilt("pointwiseInitializer");
        pointwise = pointwise.withInitializer(value);
        return self();
    }

    /** What the loss adds for the depthwise kernel; default nothing. */
    public final S depthwiseRegularizer(Regularizer value) {
        refuseIfBuilt("depthwiseRegularizer");
        depthwise = depthwise.withRegularizer(value);
        return self();
    }

    /**
     * What the depthwise kernel is pulled back to after each step; null, the default, for nothing.
     */
    public final S depthwiseConstraint(Constraint value) {
        refuseIfBuilt("depthwiseConstraint");
        depthwise = depthwise.withConstraint(value);
        return self();
    }

    /** What the loss adds for the pointwise kernel; default nothing. */
    public final S pointwiseRegularizer(Regularizer value) {
        refuseIfBuilt("pointwiseRegularizer");
        pointwise = pointwise.withRegularizer(value);
        return self();
    }

    /**
     * What the pointwise kernel is pulled back to after each step; null, the default, for nothing.
     */
    public final S pointwiseConstraint(Constraint value) {
        refuseIfBuilt("pointwiseConstraint");
        pointwise = pointwise.withConstraint(value);
        return self();
    }

    private int channels(Shape input) {
        long channels = (long) input.last() * depthMultiplier;
        if (channels > Integer.MAX_VALUE) {
            throw refuse("channels times depthMultiplier must fit in an int, got " + channels);
        }
        return (int) channels;
    }

    @Override
    final Shape resultShape(Shape input) {
        checkChannels(input, "depthwise_kernel", rank(), 1);
        channels(input);
        return window().outputShape(this, input, filters);
    }

    @Override
    final List<WeightSpec> specs(Shape input) {
        List<Integer> point = new ArrayList<>(Collections.nCopies(rank(), 1));
        point.add(channels(input));
        point.add(filters);
        return withBias(
                filters,
                depthwise.spec("depthwise_kernel", kernelShape(input.last(), depthMultiplier)),
                pointwise.spec("pointwise_kernel", Shape.of(point)));
    }

    @Override
    final Value emit(Lowering l, Value x) {
        Shape outer = resultShape(x.shape());
        Value channels = l.temp("depthwise", outer.withDim(-1, channels(x.shape())));
        l.emit(
                new DepthwiseConvolution(
                        x, l.weight("depthwise_kernel"), null, channels, window().over(x.shape())));
        Value y = l.temp("pointwise", outer);
        l.emit(
                new Convolution(
                        channels,
                        l.weight("pointwise_kernel"),
                        bias(l),
                        y,
                        WindowSpec.point(rank()).over(channels.shape()),
                        1));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("depth_multiplier", depthMultiplier);
        config.put("filters", filters);
        configureWindow(config);
        config.put("data_format", dataFormat());
        config.put("dilation_rate", window().dilation());
        configureSum(config);
        Map<String, WeightOptions> kernels = new LinkedHashMap<>();
        kernels.put("depthwise", depthwise);
        kernels.put("pointwise", pointwise);
        configureWeights(config, kernels);
    }
}
