package dev.thaw.layer.regularization;

import dev.thaw.config.Properties;
import dev.thaw.layer.DataFormat;
import dev.thaw.tensor.Shape;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask that has 1 for every
 * spatial extent.
 */
public abstract class BaseSpatialDropout<S extends BaseSpatialDropout<S>> extends MaskedDropout<S> {
    private final int spatialAxes;
    private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

    BaseSpatialDropout(int spatialAxes) {
        this.spatialAxes = spatialAxes;
    }

    /** Keras's class takes no {@code trainable}. */
    @Override
    protected final void common(Properties p) {
        p.ignore("trainable");
    }

    @Override
    protected final void properties(Properties p) {
        dropping(p);
        if (spatialAxes > 1) {
            dataFormat = p.choice("data_format", dataFormat);
        }
        compensation(p);
    }

    @Override
    protected final Shape outputShape(Shape input) {
        if (input.rank() != spatialAxes + 2) {
            throw refuse(
                    "input must have a batch, channels and %s spatial axes, got %s"
                            .formatted(spatialAxes, input));
        }
        return input;
    }

    @Override
    final Shape noise(Shape input) {
        int channels = dataFormat == DataFormat.CHANNELS_LAST ? input.rank() - 1 : 1;
        Shape noise = input;
        for (int i = 1; i < input.rank(); i++) {
            noise = i == channels ? noise : noise.withDim(i, 1);
        }
        return noise;
    }
}
