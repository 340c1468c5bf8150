package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;

/** All axes but the batch as one, row-major. x: [N, ..], y: [N, product of the rest]. */
public final class Flatten extends UnaryLayer {
    /** Takes no arguments. */
    public Flatten() {}

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
            return Math.toIntExact(sample.size());
        } catch (ArithmeticException e) {
            throw refuse("a sample must have fewer than 2^31 elements, got " + sample);
        }
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        return Reshape.emit(l, x, outputShape(x.shape()));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("data_format", "channels_last");
    }
}
