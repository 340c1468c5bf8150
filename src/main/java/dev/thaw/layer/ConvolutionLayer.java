package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What all convolutions have in common: a window, a bias and an activation. */
public abstract class ConvolutionLayer<S extends ConvolutionLayer<S>> extends SpatialLayer<S> {
    private WindowSpec window;
    private ActivationFunction activation = ActivationFunction.LINEAR;
    private boolean useBias = true;
    private WeightOptions bias = WeightOptions.BIAS;

    ConvolutionLayer(int rank, Extents kernelSize) {
        super(rank);
        window = WindowSpec.dense(kernelSize.over(this, "kernelSize", rank, 1));
    }

    /** Steps of the window along all axes, in cells; default 1. */
    public final S strides(int value) {
        return strides(Extents.of(value));
    }

    /** Steps of the window, in cells; default 1. */
    public final S strides(Extents value) {
        return window("strides", window.withStrides(value.over(this, "strides", rank(), 1)));
    }

    /** How the window treats the border; default VALID. */
    public final S padding(Padding value) {
        Objects.requireNonNull(value, "padding");
        if (value == Padding.CAUSAL && !(this instanceof Conv1D)) {
            throw refuse("padding CAUSAL is for Conv1D alone; use VALID or SAME");
        }
        return window("padding", window.withPadding(value));
    }

    /** Distance between the window's cells along all axes; default 1. */
    public final S dilationRate(int value) {
        return dilationRate(Extents.of(value));
    }

    /** Distance between the window's cells; default 1. */
    public final S dilationRate(Extents value) {
        return window(
                "dilationRate", window.withDilation(value.over(this, "dilationRate", rank(), 1)));
    }

    private S window(String property, WindowSpec value) {
        refuseIfBuilt(property);
        boolean both =
                Collections.max(value.strides()) > 1 && Collections.max(value.dilation()) > 1;
        if (both && !stridesWithDilation()) {
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

    /** Whether Keras has both at once. */
    boolean stridesWithDilation() {
        return false;
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
        bias = bias.withInitializer(value);
        return self();
    }

    /** What the loss adds for the bias; default nothing. */
    public final S biasRegularizer(Regularizer value) {
        refuseIfBuilt("biasRegularizer");
        bias = bias.withRegularizer(value);
        return self();
    }

    /** What the bias is pulled back to after each step; null, the default, for nothing. */
    public final S biasConstraint(Constraint value) {
        refuseIfBuilt("biasConstraint");
        bias = bias.withConstraint(value);
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

    /** The bias where there is one, else null. */
    final Value bias(Lowering l) {
        return useBias ? l.weight("bias") : null;
    }

    /** The activation; a softmax runs over the last axis, whatever that is, as in Keras. */
    @Override
    final Value finish(Lowering l, Value y) {
        return activation.lower(l, y);
    }

    /** The kernels and, where there is one, the bias. */
    final List<WeightSpec> withBias(int filters, WeightSpec... kernels) {
        List<WeightSpec> specs = new ArrayList<>(List.of(kernels));
        if (useBias) {
            specs.add(bias.spec("bias", Shape.of(filters)));
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
                                    "input must have "
                                            + channels
                                            + " channels (its kernel sees that many), got "
                                            + input.last());
                        });
    }

    final void requirePositive(String property, int value) {
        if (value < 1) {
            throw refuse(property + " must be at least 1, got " + value);
        }
    }

    /** The window's keys, in Keras's order. */
    final void configureWindow(Map<String, Object> config) {
        config.put("kernel_size", window.size());
        config.put("strides", window.strides());
        config.put("padding", window.padding());
    }

    /** The keys between the window's and the initializers. */
    final void configureSum(Map<String, Object> config) {
        config.put("activation", activation);
        config.put("use_bias", useBias);
    }

    /** The options of all weights, and of the output, in Keras's order. */
    final void configureWeights(Map<String, Object> config, Map<String, WeightOptions> kernels) {
        kernels.forEach((name, o) -> config.put(name + "_initializer", o.initializer()));
        config.put("bias_initializer", bias.initializer());
        kernels.forEach((name, o) -> config.put(name + "_regularizer", o.regularizer()));
        config.put("bias_regularizer", bias.regularizer());
        config.put("activity_regularizer", activityRegularizer());
        kernels.forEach((name, o) -> config.put(name + "_constraint", o.constraint()));
        config.put("bias_constraint", bias.constraint());
    }
}
