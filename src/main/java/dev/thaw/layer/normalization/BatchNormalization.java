package dev.thaw.layer.normalization;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.WeightOptions;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ioffe and Szegedy (2015). In training and not frozen: normalizes by the batch's own mean m and
 * biased variance v, xh = (x - m) / sqrt(v + epsilon), y = gamma xh + beta, and moves the moving
 * statistics: moving = momentum moving + (1 - momentum) batch. Otherwise, so also when frozen under
 * {@code training=true}: normalizes by the moving statistics and leaves them alone. Gradients pass
 * in both. A mask says which positions count in the batch's statistics. x, y: any shape of rank 2
 * to 5, the same; all weights: [C].
 *
 * <p>With {@code renorm} (Ioffe, 2017), y = (xh r + d) gamma + beta in training. With sd = sqrt(v +
 * epsilon) and s = max(renorm_stddev, sqrt epsilon): r = sd / s within [rmin, rmax], d = (m -
 * renorm_mean) / s within [-dmax, dmax], both without gradient and from the statistics before this
 * step.
 */
public final class BatchNormalization extends ScaledNormalization<BatchNormalization> {
    private static final Range MOMENTUM = Range.FRACTION.because("it weighs the old statistic");

    private int axis = -1;
    private double momentum = .99;
    private Initializer movingMeanInitializer = Initializer.zeros();
    private Initializer movingVarianceInitializer = Initializer.ones();
    private boolean synchronizedReplicas;
    private boolean renorm;
    private double renormMomentum = .99;
    private Double rmax;
    private Double rmin;
    private Double dmax;

    /** Keras's defaults: axis -1, momentum 0.99, epsilon 0.001, with center and scale. */
    public BatchNormalization() {}

    @Override
    protected void properties(Properties p) {
        axis = p.integer("axis", axis);
        momentum = p.number("momentum", momentum, MOMENTUM);
        scaling(p);
        WeightOptions.initializers(p, options());
        movingMeanInitializer =
                p.object("moving_mean_initializer", Initializer.class, movingMeanInitializer);
        movingVarianceInitializer =
                p.object(
                        "moving_variance_initializer",
                        Initializer.class,
                        movingVarianceInitializer);
        WeightOptions.regularizers(p, options());
        WeightOptions.constraints(p, options());
        synchronizedReplicas = p.bool("synchronized", synchronizedReplicas);
        renormalization(p.since("3.12"));
    }

    private void renormalization(Properties p) {
        renorm = p.bool("renorm", renorm);
        Properties clipping = p.group("renorm_clipping", renorm);
        rmax = clipping.numberOrNull("rmax", rmax, Range.FINITE);
        rmin = clipping.numberOrNull("rmin", rmin, Range.FINITE);
        dmax = clipping.numberOrNull("dmax", dmax, Range.NOT_NEGATIVE);
        if (rmax != null && rmin != null && !(rmin <= rmax)) {
            throw refuse(
                    "renorm_clipping: rmax must be at least rmin, got %s and %s"
                            .formatted(rmax, rmin));
        }
        // meaningless, and not written, without renorm
        Double given = p.numberOrNull("renorm_momentum", renorm ? renormMomentum : null, MOMENTUM);
        renormMomentum = given == null ? renormMomentum : given;
    }

    /** The channel axis; negative ones count from the end; default -1. */
    public BatchNormalization axis(int value) {
        return with("axis", value);
    }

    /** Weight of the old moving statistic, in [0, 1]; default 0.99. */
    public BatchNormalization momentum(double value) {
        return with("momentum", value);
    }

    /** First value of the moving mean; default zeros. */
    public BatchNormalization movingMeanInitializer(Initializer value) {
        return with("moving_mean_initializer", value);
    }

    /** First value of the moving variance; default ones. */
    public BatchNormalization movingVarianceInitializer(Initializer value) {
        return with("moving_variance_initializer", value);
    }

    /**
     * Keras's {@code synchronized}; one replica, all there is here, is in step with itself; default
     * false.
     */
    public BatchNormalization synchronizedReplicas(boolean value) {
        return with("synchronized", value);
    }

    /** Whether training renormalizes; default false. */
    public BatchNormalization renorm(boolean value) {
        return with("renorm", value);
    }

    /**
     * Bounds of the renormalization: r within [rmin, rmax], d within [-dmax, dmax]; null, the
     * default, for no bound.
     */
    public BatchNormalization renormClipping(Double rmin, Double rmax, Double dmax) {
        Map<String, Double> clipping = new HashMap<>();
        clipping.put("rmin", rmin);
        clipping.put("rmax", rmax);
        clipping.put("dmax", dmax);
        return with("renorm_clipping", clipping);
    }

    /** Weight of the old renorm_mean and renorm_stddev, in [0, 1]; default 0.99. */
    public BatchNormalization renormMomentum(double value) {
        return with("renorm_momentum", value);
    }

    @Override
    public boolean looksAcrossSamples() {
        return true;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() < 2 || input.rank() > 5) {
            throw refuse("input must have 2 to 5 axes, got %s".formatted(input));
        }
        channelAxis(input, axis);
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        Shape channels = Shape.of(input.dim(axis));
        List<WeightSpec> specs = scalingWeights(channels);
        specs.add(WeightSpec.state("moving_mean", channels, movingMeanInitializer));
        specs.add(WeightSpec.state("moving_variance", channels, movingVarianceInitializer));
        if (renorm) {
            Initializer root =
                    (shape, seed) -> root(movingVarianceInitializer.initial(shape, seed));
            specs.add(WeightSpec.state("moving_stddev", channels, root));
            specs.add(WeightSpec.state("renorm_mean", channels, movingMeanInitializer));
            specs.add(WeightSpec.state("renorm_stddev", channels, root));
        }
        return specs;
    }

    private static Tensor root(Tensor variance) {
        for (int i = 0; i < variance.size(); i++) {
            variance.floats()[i] = (float) Math.sqrt(variance.floats()[i]);
        }
        return variance;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Value gamma = scale() ? l.weight("gamma") : null;
        Value beta = center() ? l.weight("beta") : null;
        int channels = x.shape().axis(axis);
        if (!l.trains()) {
            Value y = l.temp("normalized", x.shape());
            l.emit(
                    new BatchNormInfer(
                            x,
                            gamma,
                            beta,
                            l.weight("moving_mean"),
                            l.weight("moving_variance"),
                            y,
                            channels,
                            epsilon()));
            return y;
        }
        if (l.mask(x) != null || renorm) {
            return composed(l, x, channels, gamma, beta);
        }
        Moments m = moments(l, x, channels, gamma, beta);
        move(l, "moving_mean", m.mean);
        move(l, "moving_variance", m.variance);
        return m.normalized;
    }

    private void move(Lowering l, String weight, Value batch) {
        l.emit(new MovingAverage(l.weight(weight), batch, momentum));
    }

    /**
     * The statistics of a batch, and the batch normalized by them.
     *
     * @param normalized xh, of x's shape
     * @param mean m: [C]
     * @param variance v, biased: [C]
     */
    private record Moments(Value normalized, Value mean, Value variance) {}

    /** Over all positions. */
    private Moments moments(Lowering l, Value x, int axis, Value gamma, Value beta) {
        Shape channels = Shape.of(x.shape().dim(axis));
        Value y = l.temp("normalized", x.shape());
        Value mean = l.temp("batch_mean", channels);
        Value variance = l.temp("batch_variance", channels);
        l.emit(new BatchNormTrain(x, gamma, beta, y, mean, variance, axis, epsilon()));
        return new Moments(y, mean, variance);
    }

    /** The training step with a mask, with renormalization, or both: of small ops. */
    private Value composed(Lowering l, Value x, int axis, Value gamma, Value beta) {
        Formula f = l.formula();
        Value mask = l.mask(x);
        Moments m = mask == null ? moments(l, x, axis, null, null) : ofValid(l, x, mask, axis);
        Value y = m.normalized;
        if (renorm) {
            y = renormalized(l, m, axis);
        } else {
            move(l, "moving_mean", m.mean);
            move(l, "moving_variance", m.variance);
        }
        int rank = x.shape().rank();
        y = gamma == null ? y : f.combine(y, Binary.Function.MUL, f.along(gamma, axis, rank));
        return beta == null ? y : f.combine(y, Binary.Function.ADD, f.along(beta, axis, rank));
    }

    /**
     * Over the valid positions: with count c = sum(mask) + 1e-7, m = sum(mask x) / c and v =
     * sum(mask (x - m)^2) / c. The others are normalized all the same.
     *
     * @param mask x's shape without its last axis
     */
    private Moments ofValid(Lowering l, Value x, Value mask, int axis) {
        int last = x.shape().rank() - 1;
        if (!mask.shape().equals(x.shape().sub(0, last))) {
            throw refuse(
                    "the mask must have its input's shape without the last axis; the input is %s, the mask %s"
                            .formatted(x.shape(), mask.shape()));
        }
        Formula f = l.formula();
        Value w = f.reshape(mask, mask.shape().append(1));
        List<Integer> others = x.shape().axesBut(List.of(axis));
        // each number of the mask stands for all of the last axis, unless that one is the channels
        int each = axis == last ? 1 : x.shape().dim(last);
        Value count = f.affine(f.reduce(w, Reduce.Function.SUM, others), each, 1e-7);
        Value sum = f.reduce(f.combine(x, Binary.Function.MUL, w), Reduce.Function.SUM, others);
        Value mean = f.combine(sum, Binary.Function.DIV, count);
        Value centered = f.combine(x, Binary.Function.SUB, mean);
        Value squares = f.apply(Fn.Function.SQUARE, f.combine(centered, Binary.Function.MUL, w));
        Value variance =
                f.combine(
                        f.reduce(squares, Reduce.Function.SUM, others), Binary.Function.DIV, count);
        Value deviation = f.apply(Fn.Function.SQRT, f.affine(variance, 1, epsilon()));
        Shape channels = Shape.of(x.shape().dim(axis));
        return new Moments(
                f.combine(centered, Binary.Function.DIV, deviation),
                f.reshape(mean, channels),
                f.reshape(variance, channels));
    }

    /** Moves all five statistics and returns xh r + d. */
    private Value renormalized(Lowering l, Moments m, int axis) {
        Formula f = l.formula();
        Value renormMean = l.weight("renorm_mean");
        Value renormDeviation = l.weight("renorm_stddev");
        Value mean = f.stopGradient(m.mean);
        Value deviation =
                f.apply(Fn.Function.SQRT, f.affine(f.stopGradient(m.variance), 1, epsilon()));
        Value known = bounded(f, renormDeviation, Math.sqrt(epsilon()), null);
        Value r = bounded(f, f.combine(deviation, Binary.Function.DIV, known), rmin, rmax);
        Value shift = f.combine(mean, Binary.Function.SUB, renormMean);
        Value d =
                bounded(
                        f,
                        f.combine(shift, Binary.Function.DIV, known),
                        dmax == null ? null : -dmax,
                        dmax);
        l.emit(new MovingAverage(renormMean, mean, renormMomentum));
        l.emit(new MovingAverage(renormDeviation, deviation, renormMomentum));
        move(l, "moving_mean", mean);
        move(l, "moving_stddev", deviation);
        // as it is now, after its move
        Value square = f.apply(Fn.Function.SQUARE, l.weight("moving_stddev"));
        Value variance = f.apply(Fn.Function.RELU, f.affine(square, 1, -epsilon()));
        l.emit(new MovingAverage(l.weight("moving_variance"), variance, 0));
        int rank = m.normalized.shape().rank();
        Value scaled = f.combine(m.normalized, Binary.Function.MUL, f.along(r, axis, rank));
        return f.combine(scaled, Binary.Function.ADD, f.along(d, axis, rank));
    }

    private static Value bounded(Formula f, Value x, Double low, Double high) {
        if (low == null && high == null) {
            return x;
        }
        return f.clip(
                x, low == null ? -Float.MAX_VALUE : low, high == null ? Float.MAX_VALUE : high);
    }
}
