package dev.thaw.layer.convolution;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.layer.weight.WeightOptions;

/**
 * A convolution whose filters see all channels, by one kernel.
 *
 * @param <S> the layer itself
 */
public abstract class KernelLayer<S extends KernelLayer<S>> extends ConvolutionLayer<S> {
    final WeightOptions kernel = WeightOptions.kernel();
    private int filters;

    KernelLayer(int rank) {
        super(rank);
    }

    /** The walk over the number of filters, which Keras has first. */
    final void filters(Properties p) {
        filters = p.integer("filters", filters, Range.atLeast(1));
    }

    /** How many filters, at least 1; it must be given, there is no default. */
    public final S filters(int value) {
        return with("filters", value);
    }

    final int filters() {
        return filters;
    }

    /** First value of the kernel; default Glorot uniform. */
    public final S kernelInitializer(Initializer value) {
        return with("kernel_initializer", value);
    }

    /** What the loss adds for it; null, the default, for nothing. */
    public final S kernelRegularizer(Regularizer value) {
        return with("kernel_regularizer", value);
    }

    /** What it is pulled back to after each step; null, the default, for nothing. */
    public final S kernelConstraint(Constraint value) {
        return with("kernel_constraint", value);
    }
}
