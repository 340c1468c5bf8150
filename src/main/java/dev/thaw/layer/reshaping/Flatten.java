package dev.thaw.layer.reshaping;

import dev.thaw.config.Properties;
import dev.thaw.layer.DataFormat;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** All axes but the batch as one, row-major. x: [N, ..], y: [N, product of the rest]. */
public final class Flatten extends UnaryLayer<Flatten> {
    private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

    /** In the order in which the numbers lie. */
    public Flatten() {}

    @Override
    protected void properties(Properties p) {
        dataFormat = p.choice("data_format", dataFormat);
    }

    /**
     * Where the channels lie in the input: of channels first, axis 1 is read last, so that the
     * order is that of channels last, which is the default.
     */
    public Flatten dataFormat(DataFormat value) {
        return with("data_format", value);
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() < 1) {
            throw refuse("input must have a batch axis, got " + input);
        }
        Shape sample = input.sub(1, input.rank());
        int width = sample.isKnown() ? width(sample) : Shape.NONE;
        return Shape.of(input.dim(0), width);
    }

    private int width(Shape sample) {
        try {
            return sample.extent(0, sample.rank());
        } catch (IllegalArgumentException e) {
            throw refuse("a sample must have fewer than 2^31 elements, got " + sample);
        }
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Value ordered = x;
        if (dataFormat == DataFormat.CHANNELS_FIRST && x.shape().rank() > 2) {
            ordered = l.formula().transpose(x, x.shape().axesToEnd(List.of(1)));
        }
        return l.formula().reshape(ordered, outputShape(x.shape()));
    }
}
