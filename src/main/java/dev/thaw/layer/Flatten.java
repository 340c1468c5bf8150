package dev.thaw.layer;

import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** All axes but the batch as one, row-major. x: [N, ..], y: [N, product of the rest]. */
public final class Flatten extends UnaryLayer {
    private final DataFormat dataFormat;

    /** In the order in which the numbers lie. */
    public Flatten() {
        this(DataFormat.CHANNELS_LAST);
    }

    /** In the order of channels last; of an input with its channels first, axis 1 is read last. */
    public Flatten(DataFormat dataFormat) {
        this.dataFormat = Objects.requireNonNull(dataFormat, "dataFormat");
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
            return Math.toIntExact(sample.size());
        } catch (ArithmeticException e) {
            throw refuse("a sample must have fewer than 2^31 elements, got " + sample);
        }
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Value ordered = x;
        if (dataFormat == DataFormat.CHANNELS_FIRST && x.shape().rank() > 2) {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
            order.add(order.remove(1));
            ordered = l.formula().transpose(x, order);
        }
        return Reshape.emit(l, ordered, outputShape(x.shape()));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("data_format", dataFormat);
    }
}
