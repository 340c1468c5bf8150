package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;

/**
 * Lin et al. (2017): the mean over an axis of (1 - q)^gamma times {@link BinaryCrossentropy}'s
 * elements, with q = t p + (1 - t)(1 - p); with class balancing also times alpha t + (1 - alpha)(1
 * - t).
 *
 * @param applyClassBalancing whether alpha counts
 * @param alpha weight of class 1
 * @param gamma how much sure predictions count less, at least 0
 * @param fromLogits whether predictions are logits instead of probabilities
 * @param labelSmoothing s in [0, 1]: t becomes t (1 - s) + s / 2
 * @param axis over which the mean is taken
 */
public record BinaryFocalCrossentropy(
        boolean applyClassBalancing,
        double alpha,
        double gamma,
        boolean fromLogits,
        double labelSmoothing,
        int axis)
        implements Loss {
    /** Refuses smoothing outside [0, 1] and a negative gamma. */
    public BinaryFocalCrossentropy {
        Range.FRACTION.check("binary_focal_crossentropy: label_smoothing", labelSmoothing);
        Range.NOT_NEGATIVE.check("binary_focal_crossentropy: gamma", gamma);
        Range.FINITE.check("binary_focal_crossentropy: alpha", alpha);
    }

    /** Keras's defaults: gamma 2, without balancing. */
    public BinaryFocalCrossentropy() {
        this(false, .25, 2, false, 0, -1);
    }

    @Override
    public String name() {
        return "binary_focal_crossentropy";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value t = Arithmetic.smoothed(f, target, labelSmoothing, 2);
        Value p = fromLogits ? f.apply(Fn.Function.SIGMOID, prediction) : prediction;
        Value entropy = BinaryCrossentropy.elements(f, p, t, false);
        Value other = f.affine(t, -1, 1);
        Value sure =
                f.combine(
                        Arithmetic.product(f, t, p),
                        Binary.Function.ADD,
                        Arithmetic.product(f, other, f.affine(p, -1, 1)));
        Value focus = Arithmetic.power(f, f.affine(sure, -1, 1), gamma);
        Value each = Arithmetic.product(f, focus, entropy);
        if (applyClassBalancing) {
            // alpha t + (1 - alpha)(1 - t)
            each = Arithmetic.product(f, f.affine(t, 2 * alpha - 1, 1 - alpha), each);
        }
        return Arithmetic.reduce(f, each, Reduce.Function.MEAN, axis);
    }

    @Override
    public Loss options(Properties p) {
        boolean logits = p.bool("from_logits", fromLogits);
        double smoothing = p.number("label_smoothing", labelSmoothing);
        int along = p.integer("axis", axis);
        return new BinaryFocalCrossentropy(
                p.bool("apply_class_balancing", applyClassBalancing),
                p.number("alpha", alpha),
                p.number("gamma", gamma),
                logits,
                smoothing,
                along);
    }
}
