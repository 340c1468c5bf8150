package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * The middle of each image, in every mode; an image that is smaller than that along an axis is
 * resized bilinearly instead, without changing its proportions. x: [N, H, W, C], y: [N, height,
 * width, C].
 */
public final class CenterCrop extends SizedImageLayer<CenterCrop> {

    /** A layer whose extents are still to be given. */
    public CenterCrop() {}

    /** Of this height and width, in pixels, at least 1. */
    public CenterCrop(int height, int width) {
        height(height).width(width);
    }

    @Override
    protected void properties(Properties p) {
        size(p);
        dataFormat(p);
    }

    @Override
    protected Value emit(Lowering l, Value x) {
        return crop(l.formula(), x, height(), width());
    }

    /** The middle, or where the image is too small, the image resized. */
    static Value crop(Formula f, Value x, int height, int width) {
        int top = Math.floorDiv(x.shape().dim(1) - height, 2);
        int left = Math.floorDiv(x.shape().dim(2) - width, 2);
        if (top >= 0 && left >= 0) {
            return f.slice(f.slice(x, 1, top, top + height), 2, left, left + width);
        }
        Value part = Resizing.cropped(f, x, height, width);
        return new Resizer(Interpolation.BILINEAR, false).resize(f, part, height, width);
    }
}
