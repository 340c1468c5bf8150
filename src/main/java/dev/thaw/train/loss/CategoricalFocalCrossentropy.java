package dev.thaw.train.loss;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Softmax;
import dev.thaw.op.Value;

/**
 * Lin et al. (2017): -alpha sum (1 - p)^gamma t ln p, with p divided by its sum and clipped to
 * [1e-7, 1 - 1e-7].
 *
 * @param alpha a factor
 * @param gamma how much sure predictions count less, at least 0
 * @param fromLogits whether predictions are logits instead of probabilities
 * @param labelSmoothing s in [0, 1]: t becomes t (1 - s) + s / K, with K the last extent
 * @param axis of the classes
 */
public record CategoricalFocalCrossentropy(
        double alpha, double gamma, boolean fromLogits, double labelSmoothing, int axis)
        implements Loss {
    /** Refuses smoothing outside [0, 1] and a negative gamma. */
    public CategoricalFocalCrossentropy {
        Range.FRACTION.check("categorical_focal_crossentropy: label_smoothing", labelSmoothing);
        Range.NOT_NEGATIVE.check("categorical_focal_crossentropy: gamma", gamma);
        Range.FINITE.check("categorical_focal_crossentropy: alpha", alpha);
    }

    /** Keras's defaults: alpha 0.25, gamma 2. */
    public CategoricalFocalCrossentropy() {
        this(.25, 2, false, 0, -1);
    }

    @Override
    public String name() {
        return "categorical_focal_crossentropy";
    }

    @Override
    public Value lower(Formula f, Value prediction, Value target) {
        Value t =
                Arithmetic.axisLast(
                        f,
                        Arithmetic.smoothed(f, target, labelSmoothing, target.shape().last()),
                        axis);
        Value given = Arithmetic.axisLast(f, prediction, axis);
        if (fromLogits) {
            Value softmax = f.program().temp("probabilities", given.shape());
            f.program().emit(new Softmax(given, softmax));
            given = softmax;
        }
        Value p = CategoricalCrossentropy.probabilities(f, given, -1);
        Value entropy = Arithmetic.product(f, t, f.apply(Fn.Function.LOG, p));
        Value focus = Arithmetic.power(f, f.affine(p, -1, 1), gamma);
        Value each = Arithmetic.product(f, focus, entropy);
        return f.affine(Arithmetic.reduce(f, each, Reduce.Function.SUM, -1), -alpha, 0);
    }

    @Override
    public Loss options(Properties p) {
        boolean logits = p.bool("from_logits", fromLogits);
        double smoothing = p.number("label_smoothing", labelSmoothing);
        int along = p.integer("axis", axis);
        return new CategoricalFocalCrossentropy(
                p.number("alpha", alpha), p.number("gamma", gamma), logits, smoothing, along);
    }
}
