package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * y = scale x + offset, in every mode. scale, offset: numbers, or [C] for the last axis. x, y: any
 * shape, the same.
 */
public final class Rescaling extends UnaryLayer {
    private final double[] scale;
    private final double[] offset;
    private final boolean isList;

    /** y = scale x. */
    public Rescaling(double scale) {
        this(scale, 0);
    }

    /** y = scale x + offset; both finite. */
    public Rescaling(double scale, double offset) {
        this(new double[] {scale}, new double[] {offset}, false);
    }

    /**
     * y[.., c] = scale[c] x[.., c] + offset[c]; both have one finite number per channel, or one for
     * all.
     */
    public Rescaling(double[] scale, double[] offset) {
        this(scale.clone(), offset.clone(), true);
    }

    private Rescaling(double[] scale, double[] offset, boolean isList) {
        int channels = Math.max(scale.length, offset.length);
        boolean fits =
                scale.length > 0
                        && offset.length > 0
                        && (scale.length == channels || scale.length == 1)
                        && (offset.length == channels || offset.length == 1);
        if (!fits
                || !DoubleStream.concat(Arrays.stream(scale), Arrays.stream(offset))
                        .allMatch(Double::isFinite)) {
            throw refuse(
                    "scale and offset must have one finite number, or one per channel, got "
                            + Arrays.toString(scale)
                            + " and "
                            + Arrays.toString(offset));
        }
        this.scale = scale;
        this.offset = offset;
        this.isList = isList;
    }

    @Override
    protected Shape outputShape(Shape input) {
        int channels = Math.max(scale.length, offset.length);
        if (channels > 1 && (input.rank() < 1 || input.last() != channels)) {
            throw refuse(
                    "input's last axis must be "
                            + channels
                            + " (scale or offset has that many numbers), got "
                            + input);
        }
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (scale.length == 1 && offset.length == 1) {
            return l.formula().affine(x, scale[0], offset[0]);
        }
        Value scaled = with(l, x, "scale", scale, Binary.Kind.MUL);
        return with(l, scaled, "offset", offset, Binary.Kind.ADD);
    }

    private static Value with(Lowering l, Value x, String name, double[] by, Binary.Kind kind) {
        float[] rounded = new float[by.length];
        for (int i = 0; i < by.length; i++) {
            rounded[i] = (float) by[i];
        }
        return l.formula().combine(x, kind, l.constant(name, Tensor.of(rounded)));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("scale", written(scale));
        config.put("offset", written(offset));
    }

    private Object written(double[] numbers) {
        return isList && numbers.length > 1
                ? List.of(Arrays.stream(numbers).boxed().toArray())
                : (Object) numbers[0];
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
