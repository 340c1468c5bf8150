package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/**
 * A transposed convolution over 1 to 3 spatial axes: the gradient of the convolution that would
 * make the input out of the output. With span = (size - 1) dilation + 1, the output's extent is
 *
 * <ul>
 *   <li>VALID: (in - 1) stride + span + outputPadding, by default max(in stride, (in - 1) stride +
 *       span);
 *   <li>SAME: (in - 1) stride + (span mod 2) + outputPadding, by default in stride.
 * </ul>
 */
public abstract class BaseConvTranspose<S extends BaseConvTranspose<S>>
        extends ConvolutionLayer<S> {
    private final int filters;
    private List<Integer> outputPadding;
    private WeightOptions kernel = WeightOptions.KERNEL;

    BaseConvTranspose(int rank, int filters, Extents kernelSize) {
        super(rank, kernelSize);
        requirePositive("filters", filters);
        this.filters = filters;
    }

    /** As {@link #outputPadding(Extents)}, the same along all axes. */
    public final S outputPadding(int value) {
        return outputPadding(Extents.of(value));
    }

    /**
     * Cells that the output has more at its end, each less than the stride; by default so many that
     * the output's extent is the input's times the stride, or more where the window spans more.
     */
    public final S outputPadding(Extents value) {
        refuseIfBuilt("outputPadding");
        outputPadding = value.over(this, "outputPadding", rank(), 0);
        return self();
    }

    /** First value of the kernel; default Glorot uniform. */
    public final S kernelInitializer(Initializer value) {
        refuseIfBuilt("kernelInitializer");
        kernel = kernel.withInitializer(value);
        return self();
    }

    /** What the loss adds for the kernel; default nothing. */
    public final S kernelRegularizer(Regularizer value) {
        refuseIfBuilt("kernelRegularizer");
        kernel = kernel.withRegularizer(value);
        return self();
    }

    /** What the kernel is pulled back to after each step; null, the default, for nothing. */
    public final S kernelConstraint(Constraint value) {
        refuseIfBuilt("kernelConstraint");
        kernel = kernel.withConstraint(value);
        return self();
    }

    @Override
    final Shape resultShape(Shape input) {
        checkChannels(input, "kernel", rank() + 1, 1);
        Shape output = input.withDim(-1, filters);
        for (int axis = 0; axis < rank(); axis++) {
            int in = input.dim(axis + 1);
            if (in != Shape.NONE) {
                output = output.withDim(axis + 1, outputExtent(axis, in));
            }
        }
        return output;
    }

    private int outputExtent(int axis, int in) {
        int stride = window().strides().get(axis);
        int span = window().span(axis);
        if (outputPadding != null && outputPadding.get(axis) >= stride) {
            throw refuse(
                    "outputPadding must be less than strides along each axis, got outputPadding "
                            + outputPadding
                            + " and strides "
                            + window().strides());
        }
        boolean valid = window().padding() == Padding.VALID;
        long out =
                outputPadding == null
                        ? (in - 1L) * stride + (valid ? Math.max(span, stride) : stride)
                        : (in - 1L) * stride + (valid ? span : span % 2) + outputPadding.get(axis);
        if (in < 1 || out < 1 || out > Integer.MAX_VALUE) {
            throw refuse(
                    "input's "
                            + axisName(axis)
                            + " must be at least 1 and make 1 to "
                            + Integer.MAX_VALUE
                            + " of them, got "
                            + in
                            + ", which make "
                            + out);
        }
        return (int) out;
    }

    @Override
    final List<WeightSpec> specs(Shape input) {
        return withBias(filters, kernel.spec("kernel", kernelShape(filters, input.last())));
    }

    @Override
    final Value emit(Lowering l, Value x) {
        Shape out = resultShape(x.shape());
        Value sum = l.temp("conv_transpose", out);
        l.emit(
                new ConvolutionGradInput(
                        x, l.weight("kernel"), sum, window().transposed(x.shape(), out), 1));
        Value bias = bias(l);
        if (bias == null) {
            return sum;
        }
        Value y = l.temp("biased", out);
        l.emit(new Binary(sum, bias, y, Binary.Kind.ADD));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("filters", filters);
        configureWindow(config);
        config.put("output_padding", outputPadding);
        config.put("data_format", dataFormat());
        config.put("dilation_rate", window().dilation());
        configureSum(config);
        configureWeights(config, Map.of("kernel", kernel));
    }
}
