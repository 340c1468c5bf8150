package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.op.Binary;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;

/**
 * y = scale x + offset, in every mode. scale, offset: numbers, or [C] for the last axis. x, y: any
 * shape, the same.
 */
public final class Rescaling extends UnaryLayer<Rescaling> {
    private List<Double> scale = List.of(1.);
    private List<Double> offset = List.of(0.);

    /** y = x, until options say otherwise. */
    public Rescaling() {}

    /** y = scale x. */
    public Rescaling(double scale) {
        scale(scale);
    }

    /** y = scale x + offset; both finite. */
    public Rescaling(double scale, double offset) {
        scale(scale).offset(offset);
    }

    @Override
    protected void properties(Properties p) {
        scale = p.numbers("scale", scale);
        offset = p.numbers("offset", offset);
    }

    /** One finite number for all channels, or one for each; default 1. */
    public Rescaling scale(double... value) {
        return with("scale", value);
    }

    /** One finite number for all channels, or one for each; default 0. */
    public Rescaling offset(double... value) {
        return with("offset", value);
    }

    private int channels() {
        int channels = Math.max(scale.size(), offset.size());
        boolean fits =
                (scale.size() == channels || scale.size() == 1)
                        && (offset.size() == channels || offset.size() == 1);
        if (!fits) {
            throw refuse(
                    "scale and offset must have one number, or one per channel, got %s and %s"
                            .formatted(scale, offset));
        }
        return channels;
    }

    @Override
    protected Shape outputShape(Shape input) {
        int channels = channels();
        if (channels > 1 && (input.rank() < 1 || input.last() != channels)) {
            throw refuse(
                    "input's last axis must be %s (scale or offset has that many numbers), got %s"
                            .formatted(channels, input));
        }
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (channels() == 1) {
            return l.formula().affine(x, scale.get(0), offset.get(0));
        }
        Value scaled = combined(l, x, "scale", scale, Binary.Function.MUL);
        return combined(l, scaled, "offset", offset, Binary.Function.ADD);
    }

    private static Value combined(
            Lowering l, Value x, String name, List<Double> by, Binary.Function function) {
        float[] rounded = new float[by.size()];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = by.get(i).floatValue();
        }
        return l.formula().combine(x, function, l.constant(name, Tensor.of(rounded)));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
