package dev.thaw.layer;

import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Ioffe and Szegedy (2015). In training and not frozen: normalizes by the batch's own mean and
 * biased variance and moves the moving statistics. Otherwise, so also when frozen under {@code
 * training=true}: normalizes by the moving statistics and leaves them alone. Gradients pass in
 * both.
 */
public final class BatchNormalization extends UnaryLayer {
    private BatchNormalizationConfig config = BatchNormalizationConfig.DEFAULT;

    /** Keras's defaults: axis -1, momentum 0.99, epsilon 0.001, with center and scale. */
    public BatchNormalization() {}

    /**
     * With a configuration of its own: {@code BatchNormalizationConfig.DEFAULT.withMomentum(.9)}.
     */
    public BatchNormalization(BatchNormalizationConfig config) {
        this.config = config;
    }

    @Override
    protected Shape outputShape(Shape input) {
        if (input.rank() < 2
                || input.rank() > 5
                || input.dim(config.axisOf(name(), input)) == Shape.NONE) {
            throw refuse(
                    "input must have 2 to 5 axes and a known extent at axis "
                            + config.axis()
                            + ", got "
                            + input);
        }
        findVariable("moving_mean")
                .filter(m -> m.shape().dim(0) != input.dim(config.axis()))
                .ifPresent(
                        m -> {
                            throw refuse(
                                    "was built for "
                                            + m.shape().dim(0)
                                            + " channels at axis "
                                            + config.axis()
                                            + ", got "
                                            + input);
                        });
        return input;
    }

    @Override
    protected List<WeightSpec> weightSpecs(Shape input) {
        Shape channels = Shape.of(input.dim(config.axis()));
        List<WeightSpec> specs = new ArrayList<>();
        if (config.scale()) {
            specs.add(
                    WeightSpec.trainable(
                            "gamma",
                            channels,
                            config.gammaInitializer(),
                            config.gammaRegularizer()));
        }
        if (config.center()) {
            specs.add(
                    WeightSpec.trainable(
                            "beta", channels, config.betaInitializer(), config.betaRegularizer()));
        }
        specs.add(WeightSpec.state("moving_mean", channels, Initializer.zeros()));
        specs.add(WeightSpec.state("moving_variance", channels, Initializer.ones()));
        return specs;
    }

    @Override
    protected Value lower(Lowering l, Value x) {
        Value gamma = config.scale() ? l.weight("gamma") : null;
        Value beta = config.center() ? l.weight("beta") : null;
        Value movingMean = l.weight("moving_mean");
        Value movingVariance = l.weight("moving_variance");
        Value y = l.temp("normalized", x.shape());
        int axis = x.shape().axis(config.axis());
        if (!l.trains()) {
            l.emit(
                    new BatchNormInfer(
                            x, gamma, beta, movingMean, movingVariance, y, axis, config.epsilon()));
            return y;
        }
        Value mean = l.temp("batch_mean", movingMean.shape());
        Value variance = l.temp("batch_variance", movingVariance.shape());
        l.emit(new BatchNormTrain(x, gamma, beta, y, mean, variance, axis, config.epsilon()));
        l.emit(new MovingAverage(movingMean, mean, config.momentum()));
        l.emit(new MovingAverage(movingVariance, variance, config.momentum()));
        return y;
    }

    @Override
    protected void configure(Map<String, Object> map) {
        config.describe(map);
    }
}
