package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.WeightSpec;
import dev.thaw.op.Convolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/**
 * A convolution over 1 to 3 spatial axes.
 *
 * @param <S> the layer itself
 */
public abstract class BaseConv<S extends BaseConv<S>> extends KernelLayer<S> {
    private int groups = 1;

    BaseConv(int rank) {
        super(rank);
    }

    @Override
    protected final void properties(Properties p) {
        filters(p);
        window(p);
        dataFormat(p);
        dilation(p);
        groups = p.integer("groups", groups, Range.atLeast(1));
        if (filters() % groups != 0) {
            throw refuse("groups must divide the %d filters, got %d".formatted(filters(), groups));
        }
        sum(p, kernel);
    }

    /** Into how many groups channels and filters fall; default 1. It must divide both. */
    public final S groups(int value) {
        return with("groups", value);
    }

    @Override
    protected final Shape resultShape(Shape input) {
        checkChannels(input, "kernel", rank(), groups);
        if (input.last() % groups != 0) {
            throw refuse(
                    "input's channels must be divisible by groups (%s), got %s"
                            .formatted(groups, input.last()));
        }
        return window().outputShape(this, input, filters());
    }

    @Override
    protected final List<WeightSpec> specs(Shape input) {
        return withBias(
                filters(),
                WeightSpec.trainable(kernel, kernelShape(input.last() / groups, filters())));
    }

    @Override
    protected final Value emit(Lowering l, Value x) {
        Value y = l.temp("conv", resultShape(x.shape()));
        l.emit(
                new Convolution(
                        x, l.weight("kernel"), bias(l), y, window().over(x.shape()), groups));
        return y;
    }
}
