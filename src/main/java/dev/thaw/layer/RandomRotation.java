package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;

import java.util.Map;

/**
 * In training, turns each image about its middle by a random part of a full turn; positive ones
 * against the clock. x, y: [N, H, W, C].
 */
public final class RandomRotation extends MovingImageLayer<RandomRotation> {
    private final Bounds factor;

    /** By up to this part of a full turn in either direction, in [-1, 1]. */
    public RandomRotation(double factor) {
        this(Bounds.around(factor));
    }

    /** By a part of a full turn between these, in [-1, 1]. */
    public RandomRotation(Bounds factor) {
        this.factor = factor.within(this, "factor", -1, 1);
    }

    @Override
    RandomRotation self() {
        return this;
    }

    @Override
    Value transforms(Lowering l, Value x) {
        Formula f = l.formula();
        Value turns = within(l, uniform(l, x.shape().dim(0), 1), 0, factor);
        Value angle = f.affine(turns, 2 * Math.PI, 0);
        Value sine = f.apply(Fn.Kind.SIN, angle);
        Value cosine = f.apply(Fn.Kind.COS, angle);
        Value minusSine = f.affine(sine, -1, 0);
        double middleX = .5 * (x.shape().dim(2) - 1);
        double middleY = .5 * (x.shape().dim(1) - 1);
        // the middle stays where it is: a2 = mx - mx cos + my sin, b2 = my - mx sin - my cos
        Value a2 =
                f.combine(
                        f.affine(cosine, -middleX, middleX),
                        Binary.Kind.ADD,
                        f.affine(sine, middleY, 0));
        Value b2 =
                f.combine(
                        f.affine(cosine, -middleY, middleY),
                        Binary.Kind.ADD,
                        f.affine(sine, -middleX, 0));
        return Projection.transforms(f, cosine, minusSine, a2, sine, cosine, b2);
    }

    @Override
    protected void configure(Map<String, Object> config) {
        config.put("factor", factor.config());
        configureMoves(config);
    }
}
