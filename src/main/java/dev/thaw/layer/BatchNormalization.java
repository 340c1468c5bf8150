package dev.thaw.layer;

import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Ioffe and Szegedy (2015). In training and not frozen: normalizes by the batch's own mean and
 * biased variance and moves the moving statistics. Otherwise, so also when frozen under {@code
 * training=true}: normalizes by the moving statistics and leaves them alone. Gradients pass in
 * both. A mask says which positions count in the batch's statistics.
 */
public final class BatchNormalization extends UnaryLayer {
    private final BatchNormalizationConfig config;

    /** Keras's defaults: axis -1, momentum 0.99, epsilon 0.001, with center and scale. */
    public BatchNormalization() {
        this(BatchNormalizationConfig.DEFAULT);
    }

    /** With other options: {@code BatchNormalizationConfig.DEFAULT.withMomentum(.9)}. */
    public BatchNormalization(BatchNormalizationConfig config) {
        this.config = Objects.requireNonNull(config, "config");
    }

    @Override
    protected Shape outputShape(Shape input) {
        config.check(name(), input, findVariable("moving_mean"));
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        return config.weightSpecs(Shape.of(input.dim(config.axis())));
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Value gamma = config.scale() ? l.weight("gamma") : null;
        Value beta = config.center() ? l.weight("beta") : null;
        Value movingMean = l.weight("moving_mean");
        Value movingVar = l.weight("moving_variance");
        Value y = l.temp("normalized", x.shape());
        int axis = x.shape().axis(config.axis());
        double epsilon = config.epsilon();
        if (!l.trains()) {
            l.emit(new BatchNormInfer(x, gamma, beta, movingMean, movingVar, y, axis, epsilon));
            return y;
        }
        if (l.mask(x) != null || config.renorm() != null) {
            return UncommonBatchNorm.lower(l, x, config, gamma, beta);
        }
        Value mean = l.temp("batch_mean", movingMean.shape());
        Value variance = l.temp("batch_variance", movingVar.shape());
        l.emit(new BatchNormTrain(x, gamma, beta, y, mean, variance, axis, epsilon));
        l.emit(new MovingAverage(movingMean, mean, config.momentum()));
        l.emit(new MovingAverage(movingVar, variance, config.momentum()));
        return y;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    protected void configure(Map<String, Object> map) {
        config.describe(map);
    }
}
