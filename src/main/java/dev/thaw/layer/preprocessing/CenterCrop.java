package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.SpatialLayer;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/**
 * The middle of each image, in every mode; an image that is smaller than that along an axis is
 * resized bilinearly instead, without changing its proportions. x: [N, H, W, C], y: [N, height,
 * width, C].
 */
public final class CenterCrop extends SpatialLayer<CenterCrop> {
    private int height;
    private int width;

    /** A layer whose extents are still to be given. */
    public CenterCrop() {
        super(2);
    }

    /** Of this height and width, in pixels, at least 1. */
    public CenterCrop(int height, int width) {
        this();
        height(height).width(width);
    }

    @Override
    protected void properties(Properties p) {
        height = p.integer("height", height, Range.atLeast(1));
        width = p.integer("width", width, Range.atLeast(1));
        dataFormat(p);
    }

    /** The height, in pixels, at least 1. */
    public CenterCrop height(int value) {
        return with("height", value);
    }

    /** The width, in pixels, at least 1. */
    public CenterCrop width(int value) {
        return with("width", value);
    }

    @Override
    protected Shape resultShape(Shape input) {
        return Shape.of(input.dim(0), height, width, input.dim(3));
    }

    @Override
    protected Value emit(Lowering l, Value x) {
        return crop(l.formula(), x, height, width);
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
