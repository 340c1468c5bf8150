package dev.thaw.layer;

import dev.thaw.tensor.Shape;

import java.util.Map;
import java.util.Objects;

/**
 * Tompson et al. (2015): {@link Dropout} of whole channels, with a mask that has 1 for every
 * spatial extent.
 */
public abstract class BaseSpatialDropout<S extends BaseSpatialDropout<S>> extends MaskedDropout<S> {
    private final int spatialAxes;
    private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

    BaseSpatialDropout(int spatialAxes, double rate) {
        super(rate);
        this.spatialAxes = spatialAxes;
    }

    /** Sets where the channels are; one axis has them last. */
    final void setDataFormat(DataFormat value) {
        refuseIfBuilt("dataFormat");
        dataFormat = Objects.requireNonNull(value, "dataFormat");
    }

    @Override
    protected final Shape outputShape(Shape input) {
        if (input.rank() != spatialAxes + 2) {
            throw refuse(
                    "input must have a batch, channels and "
                            + spatialAxes
                            + " spatial axes, got "
                            + input);
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

    @Override
    protected final void configure(Map<String, Object> config) {
        config.remove("trainable"); // Keras's class takes no such argument
        super.configure(config);
        if (spatialAxes > 1) {
            config.put("data_format", dataFormat);
        }
    }
}
