package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;

/**
 * In training, mirrors each image with probability 1/2; in both directions at once where both are
 * wanted, as in Keras. x, y: [N, H, W, C].
 */
public final class RandomFlip extends RandomImageLayer<RandomFlip> {
    /** In which direction images are mirrored. */
    public enum Direction {
        /** Left and right. */
        HORIZONTAL,
        /** Top and bottom. */
        VERTICAL,
        /** Both, which turns an image by 180 degrees. */
        HORIZONTAL_AND_VERTICAL
    }

    private static final Projection EXACT =
            new Projection(Interpolation.NEAREST, FillMode.NEAREST, 0);

    private Direction mode = Direction.HORIZONTAL_AND_VERTICAL;

    /** In both directions at once. */
    public RandomFlip() {}

    /** In this direction. */
    public RandomFlip(Direction mode) {
        mode(mode);
    }

    @Override
    protected void properties(Properties p) {
        dataFormat(p);
        seed(p);
        mode = p.choice("mode", mode);
    }

    /** The direction; default both at once. */
    public RandomFlip mode(Direction value) {
        return with("mode", value);
    }

    @Override
    protected Value augment(Lowering l, Value x) {
        Formula f = l.formula();
        Value half = l.constant("half", Tensor.scalar(.5f));
        Value flips = f.combine(half, Binary.Function.AT_LEAST, uniform(l, x.shape().dim(0), 1));
        Value sign = f.affine(flips, -2, 1);
        Value one = f.affine(flips, 0, 1);
        boolean columns = mode != Direction.VERTICAL;
        boolean rows = mode != Direction.HORIZONTAL;
        // a mirrored column is width - 1 - x
        Value lastColumn = f.affine(flips, x.shape().dim(2) - 1, 0);
        Value lastRow = f.affine(flips, x.shape().dim(1) - 1, 0);
        return EXACT.of(
                f,
                x,
                Projection.transforms(
                        f,
                        columns ? sign : one,
                        null,
                        columns ? lastColumn : null,
                        null,
                        rows ? sign : one,
                        rows ? lastRow : null));
    }
}
