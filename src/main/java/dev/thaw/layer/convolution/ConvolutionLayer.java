package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Padding;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.WindowSpec;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What all convolutions have in common: a window, a bias and an activation.
 *
 * @param <S> the layer itself
 */
public abstract class ConvolutionLayer<S extends ConvolutionLayer<S>> extends SpatialLayer<S> {
    private WindowSpec window;
    private ActivationFunction activation = ActivationFunction.LINEAR;
    private boolean useBias = true;
    private final WeightOptions bias = WeightOptions.bias();

    ConvolutionLayer(int rank) {
        super(rank);
        window = WindowSpec.point(rank).withSize(null);
    }

    /** The walk over the window's extents, steps and padding. */
    final void window(Properties p) {
        Range positive = Range.atLeast(1);
        window =
                window.withSize(p.perAxis("kernel_size", window.size(), rank(), positive))
                        .withStrides(p.perAxis("strides", window.strides(), rank(), positive))
                        .withPadding(p.choice("padding", window.padding(), paddings()));
    }

    /** The walk over the window's dilation. */
    final void dilation(Properties p) {
        window =
                window.withDilation(
                        p.perAxis("dilation_rate", window.dilation(), rank(), Range.atLeast(1)));
        boolean both =
                Collections.max(window.strides()) > 1 && Collections.max(window.dilation()) > 1;
        if (both && !stridesWithDilation()) {
            throw refuse(
                    "strides and dilation_rate cannot both be above 1 (Keras refuses it), got strides %s and dilation_rate %s; use one of them"
                            .formatted(window.strides(), window.dilation()));
        }
    }

    /** The walk over what follows the window: activation, bias, and all weights. */
    final void sum(Properties p, WeightOptions... kernels) {
        activation = p.object("activation", ActivationFunction.class, activation);
        useBias = p.bool("use_bias", useBias);
        WeightOptions[] weights = Arrays.copyOf(kernels, kernels.length + 1);
        weights[kernels.length] = bias;
        WeightOptions.initializers(p, weights);
        WeightOptions.regularizers(p, weights);
        activityRegularizer(p);
        WeightOptions.constraints(p, weights);
    }

    /** How the border may be treated. */
    List<Padding> paddings() {
        return List.of(Padding.VALID, Padding.SAME);
    }

    /** Whether Keras has strides and dilation at once. */
    boolean stridesWithDilation() {
        return false;
    }

    /**
     * Extents of the window, in cells: one number for all axes, or one for each. They must be
     * given, there is no default.
     */
    public final S kernelSize(int... value) {
        return with("kernel_size", value);
    }

    /** Steps of the window, in cells: one number for all axes, or one for each; default 1. */
    public final S strides(int... value) {
        return with("strides", value);
    }

    /** How the window treats the border; default VALID. */
    public final S padding(Padding value) {
        return with("padding", value);
    }

    /** Distance between the window's cells: one number for all axes, or one for each; default 1. */
    public final S dilationRate(int... value) {
        return with("dilation_rate", value);
    }

    /** Applied to the sum; default linear. */
    public final S activation(ActivationFunction value) {
        return with("activation", value);
    }

    /** Whether a bias is added; default true. */
    public final S useBias(boolean value) {
        return with("use_bias", value);
    }

    /** First value of the bias; default zeros. */
    public final S biasInitializer(Initializer value) {
        return with("bias_initializer", value);
    }

    /** What the loss adds for the bias; null, the default, for nothing. */
    public final S biasRegularizer(Regularizer value) {
        return with("bias_regularizer", value);
    }

    /** What the bias is pulled back to after each step; null, the default, for nothing. */
    public final S biasConstraint(Constraint value) {
        return with("bias_constraint", value);
    }

    final WindowSpec window() {
        return window;
    }

    /** The bias where there is one, else null. */
    final Value bias(Lowering l) {
        return useBias ? l.weight("bias") : null;
    }

    /** The activation; a softmax runs over the last axis, whatever that is, as in Keras. */
    @Override
    protected final Value finish(Lowering l, Value y) {
        return activation.lower(l, y);
    }

    /** The kernels and, where there is one, the bias. */
    final List<WeightSpec> withBias(int filters, WeightSpec... kernels) {
        List<WeightSpec> specs = new ArrayList<>(List.of(kernels));
        if (useBias) {
            specs.add(WeightSpec.trainable(bias, Shape.of(filters)));
        }
        return specs;
    }

    /** The window's extents with two more axes: the shape of a kernel. */
    final Shape kernelShape(int second, int last) {
        List<Integer> dims = new ArrayList<>(window.size());
        dims.add(second);
        dims.add(last);
        return Shape.of(dims);
    }

    /**
     * Refuses an input with other channels than the layer was built for.
     *
     * @param kernel the name of a kernel
     * @param axis the kernel's axis that runs over the channels
     * @param groups how many times the channels are as many
     */
    final void checkChannels(Shape input, String kernel, int axis, int groups) {
        findVariable(kernel)
                .map(v -> v.shape().dim(axis) * groups)
                .filter(channels -> channels != input.last())
                .ifPresent(
                        channels -> {
                            throw refuse(
                                    "input must have %s channels (its kernel sees that many), got %s"
                                            .formatted(channels, input.last()));
                        });
    }
}
