package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Padding;
import dev.thaw.layer.WeightSpec;
import dev.thaw.op.Binary;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * A transposed convolution over 1 to 3 spatial axes: the gradient of the convolution that would
 * make the input out of the output. With span = (size - 1) dilation + 1, the output's extent is
 *
 * <ul>
 *   <li>VALID: (in - 1) stride + span + outputPadding, by default max(in stride, (in - 1) stride +
 *       span);
 *   <li>SAME: (in - 1) stride + (span mod 2) + outputPadding, by default in stride.
 * </ul>
 *
 * @param <S> the layer itself
 */
public abstract class BaseConvTranspose<S extends BaseConvTranspose<S>> extends KernelLayer<S> {
    private List<Integer> outputPadding;

    BaseConvTranspose(int rank) {
        super(rank);
    }

    @Override
    protected final void properties(Properties p) {
        filters(p);
        window(p);
        outputPadding = p.perAxisOrNull("output_padding", outputPadding, rank(), Range.atLeast(0));
        dataFormat(p);
        dilation(p);
        sum(p, kernel);
    }

    /**
     * Cells that the output has more at its end, each less than the stride: one number for all
     * axes, or one for each; by default so many that the output's extent is the input's times the
     * stride, or more where the window spans more.
     */
    public final S outputPadding(int... value) {
        return with("output_padding", value);
    }

    @Override
    protected final Shape resultShape(Shape input) {
        checkChannels(input, "kernel", rank() + 1, 1);
        Shape output = input.withDim(-1, filters());
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
                    "outputPadding must be less than strides along each axis, got outputPadding %s and strides %s"
                            .formatted(outputPadding, window().strides()));
        }
        boolean valid = window().padding() == Padding.VALID;
        long out =
                outputPadding == null
                        ? (in - 1L) * stride + (valid ? Math.max(span, stride) : stride)
                        : (in - 1L) * stride + (valid ? span : span % 2) + outputPadding.get(axis);
        if (in < 1 || out < 1 || out > Integer.MAX_VALUE) {
            throw refuse(
                    "input's %s must be at least 1 and make 1 to %s of them, got %s, which make %s"
                            .formatted(axisName(axis), Integer.MAX_VALUE, in, out));
        }
        return (int) out;
    }

    @Override
    protected final List<WeightSpec> specs(Shape input) {
        return withBias(
                filters(), WeightSpec.trainable(kernel, kernelShape(filters(), input.last())));
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
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
        l.emit(new Binary(sum, bias, y, Binary.Function.ADD));
        return y;
    }
}
