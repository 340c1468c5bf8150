package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.WeightSpec;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * A convolution of each channel on its own, over 1 or 2 spatial axes.
 *
 * @param <S> the layer itself
 */
public abstract class BaseDepthwiseConv<S extends BaseDepthwiseConv<S>> extends DepthwiseLayer<S> {

    BaseDepthwiseConv(int rank) {
        super(rank);
    }

    @Override
    protected final void properties(Properties p) {
        depthMultiplier(p);
        window(p);
        dataFormat(p);
        dilation(p);
        sum(p, depthwise);
    }

    @Override
    protected final Shape resultShape(Shape input) {
        checkChannels(input, "kernel", rank(), 1);
        return window().outputShape(this, input, channels(input));
    }

    @Override
    protected final List<WeightSpec> specs(Shape input) {
        return withBias(
                channels(input), WeightSpec.trainable("kernel", depthwise, depthwiseShape(input)));
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
