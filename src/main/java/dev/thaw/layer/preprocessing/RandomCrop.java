package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

/**
 * In training, a random part of the images, the same for all images of a batch as in Keras; where
 * an image is not larger than the part in both directions, what there is of it, resized to the
 * part. In inference the largest window in the middle that has the part's proportions, resized to
 * it. x: [N, H, W, C], y: [N, height, width, C].
 */
public final class RandomCrop extends RandomImageLayer<RandomCrop> {
    private static final Projection EXACT =
            new Projection(Interpolation.NEAREST, FillMode.NEAREST, 0);

    private int height;
    private int width;

    /** A layer whose extents are still to be given. */
    public RandomCrop() {}

    /** Of this height and width, in pixels, at least 1. */
    public RandomCrop(int height, int width) {
        this();
        height(height).width(width);
    }

    @Override
    protected void properties(Properties p) {
        dataFormat(p);
        height = p.integer("height", height, Range.atLeast(1));
        width = p.integer("width", width, Range.atLeast(1));
        seed(p);
    }

    /** The height, in pixels, at least 1; it must be given, there is no default. */
    public RandomCrop height(int value) {
        return with("height", value);
    }

    /** The width, in pixels, at least 1; it must be given, there is no default. */
    public RandomCrop width(int value) {
        return with("width", value);
    }

    @Override
    protected Shape resultShape(Shape input) {
        return Shape.of(input.dim(0), height, width, input.dim(3));
    }

    @Override
    protected Value rest(Lowering l, Value x) {
        Formula f = l.formula();
        Value window = Resizing.cropped(f, x, height, width);
        return new Resizer(Interpolation.BILINEAR, false).resize(f, window, height, width);
    }

    /**
     * Begins where the largest window of the part's proportions would, is as large as the part as
     * far as the image goes, and is resized to it.
     */
    private Value part(Formula f, Value x) {
        int h = x.shape().dim(1);
        int w = x.shape().dim(2);
        int top = (h - between(1, (int) ((double) w * height / width), h)) / 2;
        int left = (w - between(1, (int) ((double) h * width / height), w)) / 2;
        Value rows = f.slice(x, 1, top, Math.min(h, top + height));
        Value window = f.slice(rows, 2, left, Math.min(w, left + width));
        return new Resizer(Interpolation.BILINEAR, false).resize(f, window, height, width);
    }

    private static int between(int low, int x, int high) {
        return Math.max(low, Math.min(x, high));
    }

    @Override
    protected Value augment(Lowering l, Value x) {
        int rows = x.shape().dim(1) - height + 1;
        int columns = x.shape().dim(2) - width + 1;
        if (rows <= 1 || columns <= 1) {
            return part(l.formula(), x);
        }
        Formula f = l.formula();
        Value u = uniform(l, 1, 2);
        Value top = f.apply(Fn.Function.FLOOR, within(l, u, 0, new Bounds(0, rows)));
        Value left = f.apply(Fn.Function.FLOOR, within(l, u, 1, new Bounds(0, columns)));
        Value one = f.affine(top, 0, 1);
        Value single = Projection.transforms(f, one, null, left, null, one, top);
        Value all = f.repeat(single, Shape.of(x.shape().dim(0), 8));
        return EXACT.of(f, x, all, resultShape(x.shape()));
    }
}
