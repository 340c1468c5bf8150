package dev.thaw.layer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ioffe (2017), an option of {@link BatchNormalization}: in training, y = (xh r + d) gamma + beta,
 * where xh is the normalized x, and r and d, without gradient, lead from the batch's statistics to
 * renorm_mean and renorm_stddev. With sd = sqrt(v + epsilon) of the batch and s =
 * max(renorm_stddev, sqrt epsilon): r = sd / s within [rmin, rmax], d = (m - renorm_mean) / s
 * within [-dmax, dmax], both from the statistics before this step.
 *
 * @param rmax the largest r; null for no bound
 * @param rmin the smallest r; null for no bound
 * @param dmax the largest |d|, at least 0; null for no bound
 * @param momentum weight of the old renorm_mean and renorm_stddev, in [0, 1]; Keras's default 0.99
 */
public record BatchRenormalization(Double rmax, Double rmin, Double dmax, double momentum) {
    /** Keras's defaults: no bounds, momentum 0.99. */
    public static final BatchRenormalization DEFAULT =
            new BatchRenormalization(null, null, null, .99);

    /** Refuses what makes no sense. */
    public BatchRenormalization {
        if (rmax != null && rmin != null && !(rmin <= rmax)) {
            throw new IllegalArgumentException(
                    "renorm_clipping: rmax must be at least rmin, got " + rmax + " and " + rmin);
        }
        if (dmax != null && !(dmax >= 0)) {
            throw new IllegalArgumentException(
                    "renorm_clipping: dmax must be at least 0, got " + dmax);
        }
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException(
                    "renorm_momentum must be in [0, 1] (it weighs the old statistic), got "
                            + momentum);
        }
    }

    /** The weights behind the moving statistics. */
    static List<WeightSpec> weightSpecs(
            Shape channels, Initializer movingMean, Initializer movingVariance) {
        Initializer root = (shape, seed) -> root(movingVariance.initial(shape, seed));
        return List.of(
                WeightSpec.state("moving_stddev", channels, root),
                WeightSpec.state("renorm_mean", channels, movingMean),
                WeightSpec.state("renorm_stddev", channels, root));
    }

    private static Tensor root(Tensor variance) {
        for (int i = 0; i < variance.size(); i++) {
            variance.floats()[i] = (float) Math.sqrt(variance.floats()[i]);
        }
        return variance;
    }

    /**
     * Moves all five statistics and returns xh r + d.
     *
     * @param momentum of the moving statistics
     */
    Value lower(Lowering l, BatchMoments m, double momentum) {
        Formula f = l.formula();
        Value renormMean = l.weight("renorm_mean");
        Value renormDeviation = l.weight("renorm_stddev");
        Value mean = f.stopGradient(m.mean());
        Value deviation =
                f.apply(Fn.Kind.SQRT, f.affine(f.stopGradient(m.variance()), 1, m.epsilon()));
        Value known = atLeast(f, renormDeviation, Math.sqrt(m.epsilon()));
        Value r = bounded(f, f.combine(deviation, Binary.Kind.DIV, known), rmin, rmax);
        Value shift = f.combine(mean, Binary.Kind.SUB, renormMean);
        Value d =
                bounded(
                        f,
                        f.combine(shift, Binary.Kind.DIV, known),
                        dmax == null ? null : -dmax,
                        dmax);
        l.emit(new MovingAverage(renormMean, mean, this.momentum));
        l.emit(new MovingAverage(renormDeviation, deviation, this.momentum));
        moveStatistics(l, mean, deviation, m.epsilon(), momentum);
        Value scaled = f.combine(m.normalized(), Binary.Kind.MUL, m.alongAxis(f, r));
        return f.combine(scaled, Binary.Kind.ADD, m.alongAxis(f, d));
    }

    private static void moveStatistics(
            Lowering l, Value mean, Value deviation, double epsilon, double momentum) {
        Formula f = l.formula();
        Value movingDeviation = l.weight("moving_stddev");
        l.emit(new MovingAverage(l.weight("moving_mean"), mean, momentum));
        l.emit(new MovingAverage(movingDeviation, deviation, momentum));
        Value square = f.apply(Fn.Kind.SQUARE, movingDeviation); // as it is now, after its move
        Value variance = f.apply(Fn.Kind.RELU, f.affine(square, 1, -epsilon));
        l.emit(new MovingAverage(l.weight("moving_variance"), variance, 0));
    }

    private static Value atLeast(Formula f, Value x, double low) {
        return bounded(f, x, low, null);
    }

    private static Value bounded(Formula f, Value x, Double low, Double high) {
        if (low == null && high == null) {
            return x;
        }
        return f.clip(
                x, low == null ? -Float.MAX_VALUE : low, high == null ? Float.MAX_VALUE : high);
    }

    /** Keras's {@code renorm_clipping}. */
    Map<String, Object> clipping() {
        Map<String, Object> clipping = new LinkedHashMap<>();
        putIfGiven(clipping, "rmax", rmax);
        putIfGiven(clipping, "rmin", rmin);
        putIfGiven(clipping, "dmax", dmax);
        return clipping;
    }

    private static void putIfGiven(Map<String, Object> map, String key, Double value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
