package dev.thaw.layer;

import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;

/**
 * The middle of each image, in every mode; an image that is smaller than that along an axis is
 * resized bilinearly instead, without changing its proportions. x: [N, H, W, C], y: [N, height,
 * width, C].
 */
public final class CenterCrop extends SpatialLayer<CenterCrop> {
    private final int height;
    private final int width;

    /** Of this height and width, in pixels. */
    public CenterCrop(int height, int width) {
        super(2);
        if (height < 1 || width < 1) {
            throw refuse("height and width must be at least 1, got " + height + " and " + width);
        }
        this.height = height;
        this.width = width;
    }

    @Override
    CenterCrop self() {
        return this;
    }

    @Override
    Shape resultShape(Shape input) {
        return Shape.of(input.dim(0), height, width, input.dim(3));
    }

    @Override
    Value emit(Lowering l, Value x) {
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

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("height", height);
        config.put("width", width);
        config.put("data_format", dataFormat());
    }
}
