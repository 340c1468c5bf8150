package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Pad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Images in another size, in every mode. x: [N, H, W, C], y: [N, height, width, C]. */
public final class Resizing extends SpatialLayer<Resizing> {
    private final int height;
    private final int width;
    private Interpolation interpolation = Interpolation.BILINEAR;
    private boolean antialias;
    private boolean crop;
    private boolean pad;
    private double fillValue;

    /** To this height and width, in pixels. */
    public Resizing(int height, int width) {
        super(2);
        if (height < 1 || width < 1) {
            throw refuse("height and width must be at least 1, got " + height + " and " + width);
        }
        this.height = height;
        this.width = width;
    }

    /** How pixels are found; default BILINEAR. */
    public Resizing interpolation(Interpolation value) {
        refuseIfBuilt("interpolation");
        interpolation = Objects.requireNonNull(value, "interpolation");
        return this;
    }

    /** Whether a smaller image averages over what falls together; default false. */
    public Resizing antialias(boolean value) {
        refuseIfBuilt("antialias");
        antialias = value;
        return this;
    }

    /** Whether the middle is cut out first, in the shape of the result; default false. */
    public Resizing cropToAspectRatio(boolean value) {
        refuseIfBuilt("cropToAspectRatio");
        crop = value;
        requireOne();
        return this;
    }

    /** Whether the image is first put in the middle of one in the result's shape; default false. */
    public Resizing padToAspectRatio(boolean value) {
        refuseIfBuilt("padToAspectRatio");
        pad = value;
        requireOne();
        return this;
    }

    private void requireOne() {
        if (crop && pad) {
            throw refuse("cropToAspectRatio and padToAspectRatio cannot both be true");
        }
    }

    /** What stands around an image that is padded; default 0. */
    public Resizing fillValue(double value) {
        refuseIfBuilt("fillValue");
        if (!Double.isFinite(value)) {
            throw refuse("fillValue must be finite, got " + value);
        }
        fillValue = value;
        return this;
    }

    @Override
    Resizing self() {
        return this;
    }

    @Override
    Shape resultShape(Shape input) {
        return Shape.of(input.dim(0), height, width, input.dim(3));
    }

    @Override
    Value emit(Lowering l, Value x) {
        Formula f = l.formula();
        Value framed = crop ? cropped(f, x, height, width) : pad ? padded(f, x) : x;
        return new Resizer(interpolation, antialias).resize(f, framed, height, width);
    }

    /** The largest part in the middle of an image that has the shape of height by width. */
    static Value cropped(Formula f, Value x, int height, int width) {
        int h = x.shape().dim(1);
        int w = x.shape().dim(2);
        int newHeight = Math.max(1, Math.min(h, part(w, height, width)));
        int newWidth = Math.max(1, Math.min(w, part(h, width, height)));
        int top = (h - newHeight) / 2;
        int left = (w - newWidth) / 2;
        Value rows = f.slice(x, 1, top, top + newHeight);
        return f.slice(rows, 2, left, left + newWidth);
    }

    /** extent a / b, rounded as Keras does. */
    private static int part(int extent, int a, int b) {
        return (int) ((float) ((long) extent * a) / b);
    }

    /** As much on both sides of an axis: an odd pixel is left away, as in Keras. */
    private Value padded(Formula f, Value x) {
        int h = x.shape().dim(1);
        int w = x.shape().dim(2);
        int top = (Math.max(h, part(w, height, width)) - h) / 2;
        int left = (Math.max(w, part(h, width, height)) - w) / 2;
        if (top == 0 && left == 0) {
            return x;
        }
        // around zeros stands the fill value when it is taken off before and added afterwards
        Value shifted = fillValue == 0 ? x : f.affine(x, 1, -fillValue);
        Shape s = x.shape().withDim(1, h + 2 * top).withDim(2, w + 2 * left);
        Value y = f.program().temp("padded", s);
        f.program().emit(new Pad(shifted, y, List.of(0, top, left, 0)));
        return fillValue == 0 ? y : f.affine(y, 1, fillValue);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("height", height);
        config.put("width", width);
        config.put("interpolation", interpolation);
        config.put("crop_to_aspect_ratio", crop);
        config.put("pad_to_aspect_ratio", pad);
        config.put("fill_mode", "constant");
        config.put("fill_value", fillValue);
        config.put("antialias", antialias);
        config.put("data_format", dataFormat());
    }
}
