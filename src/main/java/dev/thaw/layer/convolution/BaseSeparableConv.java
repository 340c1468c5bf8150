package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.WindowSpec;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A convolution of each channel on its own, then one over single cells that mixes them, over 1 or 2
 * spatial axes. Strides, dilation and padding belong to the first.
 *
 * @param <S> the layer itself
 */
public abstract class BaseSeparableConv<S extends BaseSeparableConv<S>> extends DepthwiseLayer<S> {
    private int filters;
    private final WeightOptions pointwise =
            new WeightOptions("pointwise", Initializer.glorotUniform());

    BaseSeparableConv(int rank) {
        super(rank);
    }

    @Override
    protected final void properties(Properties p) {
        depthMultiplier(p);
        filters = p.integer("filters", filters, Range.atLeast(1));
        window(p);
        dataFormat(p);
        dilation(p);
        sum(p, depthwise, pointwise);
    }

    /** How many filters, at least 1; it must be given, there is no default. */
    public final S filters(int value) {
        return with("filters", value);
    }

    /** First value of the pointwise kernel; default Glorot uniform. */
    public final S pointwiseInitializer(Initializer value) {
        return with("pointwise_initializer", value);
    }

    /** What the loss adds for it; null, the default, for nothing. */
    public final S pointwiseRegularizer(Regularizer value) {
        return with("pointwise_regularizer", value);
    }

    /** What it is pulled back to after each step; null, the default, for nothing. */
    public final S pointwiseConstraint(Constraint value) {
        return with("pointwise_constraint", value);
    }

    @Override
    protected final Shape resultShape(Shape input) {
        checkChannels(input, "depthwise_kernel", rank(), 1);
        channels(input);
        return window().outputShape(this, input, filters);
    }

    @Override
    protected final List<WeightSpec> specs(Shape input) {
        List<Integer> point = new ArrayList<>(Collections.nCopies(rank(), 1));
        point.add(channels(input));
        point.add(filters);
        return withBias(
                filters,
                WeightSpec.trainable("depthwise_kernel", depthwise, depthwiseShape(input)),
                WeightSpec.trainable("pointwise_kernel", pointwise, Shape.of(point)));
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
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
}
