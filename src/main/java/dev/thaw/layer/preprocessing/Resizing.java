package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Pad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** Images in another size, in every mode. x: [N, H, W, C], y: [N, height, width, C]. */
public final class Resizing extends SizedImageLayer<Resizing> {
    private Interpolation interpolation = Interpolation.BILINEAR;
    private boolean antialias;
    private boolean crop;
    private boolean pad;
    private double fillValue;

    /** A layer whose extents are still to be given. */
    public Resizing() {}

    /** Of this height and width, in pixels, at least 1. */
    public Resizing(int height, int width) {
        height(height).width(width);
    }

    @Override
    protected void properties(Properties p) {
        size(p);
        interpolation = p.choice("interpolation", interpolation);
        crop = p.bool("crop_to_aspect_ratio", crop);
        pad = p.bool("pad_to_aspect_ratio", pad);
        if (crop && pad) {
            throw refuse("crop_to_aspect_ratio and pad_to_aspect_ratio cannot both be true");
        }
        p.only("fill_mode", "constant");
        fillValue = p.number("fill_value", fillValue);
        antialias = p.bool("antialias", antialias);
        dataFormat(p);
    }

    /** How pixels are found; default BILINEAR. */
    public Resizing interpolation(Interpolation value) {
        return with("interpolation", value);
    }

    /** Whether a smaller image averages over what falls together; default false. */
    public Resizing antialias(boolean value) {
        return with("antialias", value);
    }

    /** Whether the middle is cut out first, in the shape of the result; default false. */
    public Resizing cropToAspectRatio(boolean value) {
        return with("crop_to_aspect_ratio", value);
    }

    /** Whether the image is first put in the middle of one in the result's shape; default false. */
    public Resizing padToAspectRatio(boolean value) {
        return with("pad_to_aspect_ratio", value);
    }

    /** What stands around an image that is padded; default 0. */
    public Resizing fillValue(double value) {
        return with("fill_value", value);
    }

    @Override
    protected Value emit(Lowering l, Value x) {
        Formula f = l.formula();
        Value framed = crop ? cropped(f, x, height(), width()) : pad ? padded(f, x) : x;
        return new Resizer(interpolation, antialias).resize(l, framed, height(), width());
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
        int top = (Math.max(h, part(w, height(), width())) - h) / 2;
        int left = (Math.max(w, part(h, width(), height())) - w) / 2;
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
}
