package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.tensor.Shape;

/**
 * A convolution that sees each channel on its own, whatever follows.
 *
 * @param <S> the layer itself
 */
public abstract class DepthwiseLayer<S extends DepthwiseLayer<S>> extends ConvolutionLayer<S> {
    final WeightOptions depthwise = new WeightOptions("depthwise", Initializer.glorotUniform());
    private int depthMultiplier = 1;

    DepthwiseLayer(int rank) {
        super(rank);
    }

    /** The walk over the filters per channel, which Keras has first. */
    final void depthMultiplier(Properties p) {
        depthMultiplier = p.integer("depth_multiplier", depthMultiplier, Range.atLeast(1));
    }

    @Override
    final boolean stridesWithDilation() {
        return true;
    }

    /** Filters per channel, at least 1; default 1. */
    public final S depthMultiplier(int value) {
        return with("depth_multiplier", value);
    }

    /** First value of the depthwise kernel; default Glorot uniform. */
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

    /** The channels that the filters make of an input's. */
    final int channels(Shape input) {
        long channels = (long) input.last() * depthMultiplier;
        if (channels > Integer.MAX_VALUE) {
            throw refuse("channels times depthMultiplier must fit in an int, got " + channels);
        }
        return (int) channels;
    }

    /** The depthwise kernel's shape for an input. */
    final Shape depthwiseShape(Shape input) {
        return kernelShape(input.last(), depthMultiplier);
    }
}
