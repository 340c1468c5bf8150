package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * A convolution of each channel on its own, over 1 or 2 spatial axes.
 *
 * @param <S> the layer itself
 */
public abstract class BaseDepthwiseConv<S extends BaseDepthwiseConv<S>>
        extends ConvolutionLayer<S> {
    private int depthMultiplier = 1;
    private final WeightOptions depthwise =
            new WeightOptions("depthwise", Initializer.glorotUniform());

    BaseDepthwiseConv(int rank) {
        super(rank);
    }

    @Override
    protected final void properties(Properties p) {
        depthMultiplier = p.integer("depth_multiplier", depthMultiplier, Range.atLeast(1));
        window(p);
        dataFormat(p);
        dilation(p);
        sum(p, depthwise);
    }

    @Override
    final boolean stridesWithDilation() {
        return true;
    }

    /** Filters per channel, at least 1; default 1. */
    public final S depthMultiplier(int value) {
        return with("depth_multiplier", value);
    }

    /** First value of the kernel; default Glorot uniform. */
    public final S depthwiseInitializer(Initializer value) {
        return with("depthwise_initializer", value);
    }

    /** What the loss adds for it; null, the default, for nothing. */
    public final S depthwiseRegularizer(Regularizer value) {
        return with("depthwise_regularizer", value);
    }

    /** What it is pulled back to after each step; null, the default, for nothing. */
    public final S depthwiseConstraint(Constraint value) {
        return with("depthwise_constraint", value);
    }

    private int filters(Shape input) {
        long filters = (long) input.last() * depthMultiplier;
        if (filters > Integer.MAX_VALUE) {
            throw refuse("channels times depthMultiplier must fit in an int, got " + filters);
        }
        return (int) filters;
    }

    @Override
    protected final Shape resultShape(Shape input) {
        checkChannels(input, "kernel", rank(), 1);
        return window().outputShape(this, input, filters(input));
    }

    @Override
    protected final List<WeightSpec> specs(Shape input) {
        return withBias(
                filters(input),
                WeightSpec.trainable(
                        "kernel", depthwise, kernelShape(input.last(), depthMultiplier)));
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
        Value y = l.temp("depthwise", resultShape(x.shape()));
        l.emit(
                new DepthwiseConvolution(
                        x, l.weight("kernel"), bias(l), y, window().over(x.shape())));
        return y;
    }
}
