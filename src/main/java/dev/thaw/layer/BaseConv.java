package dev.thaw.layer;

import dev.thaw.op.Convolution;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;

/** A convolution over 1 to 3 spatial axes. */
public abstract class BaseConv<S extends BaseConv<S>> extends ConvolutionLayer<S> {
    private final int filters;
    private int groups = 1;
    private WeightOptions kernel = WeightOptions.KERNEL;

    BaseConv(int rank, int filters, Extents kernelSize) {
        super(rank, kernelSize);
        requirePositive("filters", filters);
        this.filters = filters;
    }

    /** Into how many groups channels and filters fall; default 1. It must divide both. */
    public final S groups(int value) {
        refuseIfBuilt("groups");
        if (value < 1 || filters % value != 0) {
            throw refuse(
                    "groups must be at least 1 and divide the "
                            + filters
                            + " filters, got "
                            + value);
        }
        groups = value;
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
        checkChannels(input, "kernel", rank(), groups);
        if (input.last() % groups != 0) {
            throw refuse(
                    "input's channels must be divisible by groups ("
                            + groups
                            + "), got "
                            + input.last());
        }
        return window().outputShape(this, input, filters);
    }

    @Override
    final List<WeightSpec> specs(Shape input) {
        return withBias(
                filters, kernel.spec("kernel", kernelShape(input.last() / groups, filters)));
    }

    @Override
    final Value emit(Lowering l, Value x) {
        Value y = l.temp("conv", resultShape(x.shape()));
        l.emit(
                new Convolution(
                        x, l.weight("kernel"), bias(l), y, window().over(x.shape()), groups));
        return y;
    }

    @Override
    protected final void configure(Map<String, Object> config) {
        config.put("filters", filters);
        configureWindow(config);
        config.put("data_format", dataFormat());
        config.put("dilation_rate", window().dilation());
        config.put("groups", groups);
        configureSum(config);
        configureWeights(config, Map.of("kernel", kernel));
    }
}
