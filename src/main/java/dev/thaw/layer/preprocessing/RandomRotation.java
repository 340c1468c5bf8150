package dev.thaw.layer.preprocessing;

import dev.thaw.config.Properties;
import dev.thaw.layer.Lowering;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

/**
 * In training, turns each image about its middle by a random part of a full turn; positive ones
 * against the clock. x, y: [N, H, W, C].
 */
public final class RandomRotation extends MovingImageLayer<RandomRotation> {
    private Bounds factor;

    /** A layer whose factor is still to be given. */
    public RandomRotation() {}

    /** By up to this part of a full turn in either direction, or between two; in [-1, 1]. */
    public RandomRotation(double... factor) {
        factor(factor);
    }

    @Override
    protected void properties(Properties p) {
        factor = Bounds.factor(this, "factor", p.needed("factor", Bounds.list(factor)), -1);
        moves(p);
    }

    /**
     * By up to this part of a full turn in either direction, or between two; in [-1, 1]; it must be
     * given, there is no default.
     */
    public RandomRotation factor(double... value) {
        return with("factor", value);
    }

    @Override
    Value transforms(Lowering l, Value x) {
        Formula f = l.formula();
        Value turns = within(l, uniform(l, x.shape().dim(0), 1), 0, factor);
        Value angle = f.affine(turns, 2 * Math.PI, 0);
        Value sine = f.apply(Fn.Function.SIN, angle);
        Value cosine = f.apply(Fn.Function.COS, angle);
        Value minusSine = f.affine(sine, -1, 0);
        double middleX = .5 * (x.shape().dim(2) - 1);
        double middleY = .5 * (x.shape().dim(1) - 1);
        // the middle stays where it is: a2 = mx - mx cos + my sin, b2 = my - mx sin - my cos
        Value a2 =
                f.combine(
                        f.affine(cosine, -middleX, middleX),
                        Binary.Function.ADD,
                        f.affine(sine, middleY, 0));
        Value b2 =
                f.combine(
                        f.affine(cosine, -middleY, middleY),
                        Binary.Function.ADD,
                        f.affine(sine, -middleX, 0));
        return Projection.transforms(f, cosine, minusSine, a2, sine, cosine, b2);
    }
}
