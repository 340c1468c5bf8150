package dev.thaw.layer;

import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Arrays;
import java.util.Map;

/**
 * y = scale x + offset, in every mode. scale, offset: numbers, or [C] for the last axis. x, y: any
 * shape, the same.
 */
public final class Rescaling extends UnaryLayer {
    private final double scale;
    private final double offset;
    private final float[] scales;
    private final float[] offsets;

    /** y = scale x. */
    public Rescaling(double scale) {
        this(scale, 0);
    }

    /** y = scale x + offset; both finite. */
    public Rescaling(double scale, double offset) {
        if (!Double.isFinite(scale) || !Double.isFinite(offset)) {
            throw refuse("scale and offset must be finite, got " + scale + " and " + offset);
        }
        this.scale = scale;
        this.offset = offset;
        this.scales = null;
        this.offsets = null;
    }

    /** y[.., c] = scale[c] x[.., c] + offset[c]; both have one finite number per channel. */
    public Rescaling(float[] scale, float[] offset) {
        boolean fits = scale.length > 0 && scale.length == offset.length;
        for (int i = 0; fits && i < scale.length; i++) {
            fits = Float.isFinite(scale[i]) && Float.isFinite(offset[i]);
        }
        if (!fits) {
            throw refuse(
                    "scale and offset must have one finite number per channel, got "
                            + Arrays.toString(scale)
                            + " and "
                            + Arrays.toString(offset));
        }
        this.scale = 1;
        this.offset = 0;
        this.scales = scale.clone();
        this.offsets = offset.clone();
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (scales != null && (input.rank() < 1 || input.last() != scales.length)) {
            throw refuse(
                    "input's last axis must be "
                            + scales.length
                            + " (scale has that many numbers), got "
                            + input);
        }
        return input;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        if (scales != null) {
            Value scaled = with(l, x, "scale", scales, Binary.Kind.MUL);
            return with(l, scaled, "offset", offsets, Binary.Kind.ADD);
        }
        Value y = l.temp("rescaled", x.shape());
        l.emit(new Affine(x, y, scale, offset));
        return y;
    }

    private static Value with(Lowering l, Value x, String name, float[] by, Binary.Kind kind) {
        Value y = l.temp("rescaled", x.shape());
        l.emit(new Binary(x, l.constant(name, Tensor.of(by.clone())), y, kind));
        return y;
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("scale", scales == null ? (Object) scale : scales.clone());
        config.put("offset", offsets == null ? (Object) offset : offsets.clone());
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
