package dev.thaw.layer;

import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.Map;

/**
 * In training, a random part of the images, the same for all images of a batch as in Keras. In
 * inference, and where an image is not larger than the part in both directions, the largest window
 * in the middle that has the part's proportions, resized to it. x: [N, H, W, C], y: [N, height,
 * width, C].
 */
public final class RandomCrop extends RandomImageLayer<RandomCrop> {
    private static final Projection EXACT =
            new Projection(Interpolation.NEAREST, FillMode.NEAREST, 0);

    private final int height;
    private final int width;

    /** Of this height and width, in pixels. */
    public RandomCrop(int height, int width) {
        if (height < 1 || width < 1) {
            throw refuse("height and width must be at least 1, got " + height + " and " + width);
        }
        this.height = height;
        this.width = width;
    }

    @Override
    RandomCrop self() {
        return this;
    }

    @Override
    Shape resultShape(Shape input) {
        return Shape.of(input.dim(0), height, width, input.dim(3));
    }

    @Override
    Value rest(Lowering l, Value x) {
        Formula f = l.formula();
        Value window = Resizing.cropped(f, x, height, width);
        return new Resizer(Interpolation.BILINEAR, false).resize(f, window, height, width);
    }

    @Override
    Value augment(Lowering l, Value x) {
        int rows = x.shape().dim(1) - height + 1;
        int columns = x.shape().dim(2) - width + 1;
        if (rows <= 1 || columns <= 1) {
            return rest(l, x);
        }
        Formula f = l.formula();
        Value u = uniform(l, 1, 2);
        Value top = f.apply(Fn.Kind.FLOOR, within(l, u, 0, new Bounds(0, rows)));
        Value left = f.apply(Fn.Kind.FLOOR, within(l, u, 1, new Bounds(0, columns)));
        Value one = f.affine(top, 0, 1);
        Value single = Projection.transforms(f, one, null, left, null, one, top);
        Value all = f.repeat(single, Shape.of(x.shape().dim(0), 8));
        return EXACT.of(f, x, all, resultShape(x.shape()));
    }

    @Override
    protected void configure(Map<String, Object> config) {
        super.configure(config);
        config.put("height", height);
        config.put("width", width);
        config.put("seed", givenSeed());
    }
}
