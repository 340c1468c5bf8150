package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What {@link Conv2D}, {@link DepthwiseConv2D} and {@link SeparableConv2D} have in common. */
abstract class ConvolutionLayer<S extends ConvolutionLayer<S>> extends UnaryLayer {
    private WindowSpec window;
    private ActivationFunction activation = ActivationFunction.LINEAR;
    private boolean useBias = true;
    private Initializer biasInitializer = Initializer.zeros();
    private Regularizer biasRegularizer = Regularizer.NONE;
    private Constraint biasConstraint;

    ConvolutionLayer(Size2D kernelSize) {
        window =
                new WindowSpec(
                        WindowSpec.extents(this, "kernelSize", kernelSize),
                        List.of(1, 1),
                        List.of(1, 1),
                        Padding.VALID);
    }

    abstract S self();

    /** Steps of the window along both axes, in cells; default 1. */
    public final S strides(int value) {
        return strides(Size2D.square(value));
    }

    /** Steps of the window, in cells; default 1. */
    public final S strides(Size2D value) {
        return window("strides", window.withStrides(WindowSpec.extents(this, "strides", value)));
    }

    /** How the window treats the border; default VALID. */
    public final S padding(Padding value) {
        return window("padding", window.withPadding(value));
    }

    /** Distance between the window's cells along both axes; default 1. */
    public final S dilationRate(int value) {
        return dilationRate(Size2D.square(value));
    }

    /** Distance between the window's cells; default 1. */
    public final S dilationRate(Size2D value) {
        return window(
                "dilationRate",
                window.withDilation(WindowSpec.extents(this, "dilationRate", value)));
    }

    private S window(String property, WindowSpec value) {
        refuseIfBuilt(property);
        if (Collections.max(value.strides()) > 1 && Collections.max(value.dilation()) > 1) {
            throw refuse(
                    "strides and dilationRate cannot both be above 1 (Keras refuses it), got strides "
                            + value.strides()
                            + " and dilationRate "
                            + value.dilation()
                            + "; use one of them");
        }
        window = value;
        return self();
    }

    /** Applied to the sum; default linear. */
    public final S activation(ActivationFunction value) {
        refuseIfBuilt("activation");
        activation = Objects.requireNonNull(value, "activation");
        return self();
    }

    /** Whether a bias is added; default true. */
    public final S useBias(boolean value) {
        refuseIfBuilt("useBias");
        useBias = value;
        return self();
    }

    /** First value of the bias; default zeros. */
    public final S biasInitializer(Initializer value) {
        refuseIfBuilt("biasInitializer");
        biasInitializer = Objects.requireNonNull(value, "biasInitializer");
        return self();
    }

    /** What the loss adds for the bias; default nothing. */
    public final S biasRegularizer(Regularizer value) {
        refuseIfBuilt("biasRegularizer");
        biasRegularizer = Objects.requireNonNull(value, "biasRegularizer");
        return self();
    }

    /** What the bias is pulled back to after each step; null, the default, for nothing. */
    public final S biasConstraint(Constraint value) {
        refuseIfBuilt("biasConstraint");
        biasConstraint = value;
        return self();
    }

    @Override
    public final S activityRegularizer(Regularizer value) {
        super.activityRegularizer(value);
        return self();
    }

    final WindowSpec window() {
        return window;
    }

    final ActivationFunction activation() {
        return activation;
    }

    final boolean useBias() {
        return useBias;
    }

    /** The window's extents with two more axes: the shape of a kernel. */
    final Shape kernelShape(int inputs, int outputs) {
        return Shape.of(window.size().get(0), window.size().get(1), inputs, outputs);
    }

    final WeightSpec biasSpec(int outputs) {
        return WeightSpec.trainable("bias", Shape.of(outputs), biasInitializer, biasRegularizer)
                .withConstraint(biasConstraint);
    }

    /** Refuses an input that is no image, or has not the channels that the kernel was built for. */
    final void checkChannels(Shape input, String kernel, int groups) {
        window.checkInput(this, input);
        findVariable(kernel)
                .map(v -> v.shape().dim(2) * groups)
                .filter(channels -> channels != input.last())
                .ifPresent(
                        channels -> {
                            throw refuse(
                                    "input's last axis must be "
                                            + channels
                                            + " (its kernel sees "
                                            + channels
                                            + " channels), got "
                                            + input.last());
                        });
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("kernel_size", window.size());
        config.put("strides", window.strides());
        config.put("padding", window.padding());
        config.put("data_format", "channels_last");
        config.put("dilation_rate", window.dilation());
        config.put("activation", activation);
        config.put("use_bias", useBias);
        config.put("bias_regularizer", biasRegularizer);
        config.put("activity_regularizer", activityRegularizer());
        config.put("bias_constraint", biasConstraint);
    }
}
