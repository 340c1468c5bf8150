package dev.thaw.train.optimizer;

/**
 * The options that all of Keras's optimizers have, as setters.
 *
 * @param <S> the optimizer itself
 */
abstract class StandardOptimizer<S extends StandardOptimizer<S>> extends Optimizer {
    StandardOptimizer(double learningRate) {
        super(learningRate);
    }

    StandardOptimizer(LearningRateSchedule schedule) {
        super(schedule);
    }

    abstract S self();

    /** All options at once. */
    public final S options(OptimizerOptions value) {
        setOptions(value);
        return self();
    }

    /** The name; default the class's in lower case. */
    public final S named(String value) {
        return options(options().withName(value));
    }

    /** w = w - w decay lr before each update, for every trainable weight; default none. */
    public final S weightDecay(double value) {
        return options(options().withWeightDecay(value));
    }

    /**
     * Weights whose name matches one of these regular expressions somewhere are not decayed: {@code
     * bias}.
     */
    public final S excludeFromWeightDecay(String... names) {
        exclude(names);
        return self();
    }

    /** Each gradient is shortened to this norm; default not. */
    public final S clipnorm(double value) {
        return options(options().withClipnorm(value));
    }

    /** All gradients together are shortened to this norm; default not. */
    public final S globalClipnorm(double value) {
        return options(options().withGlobalClipnorm(value));
    }

    /** Each element of a gradient is kept within this bound; default not. */
    public final S clipvalue(double value) {
        return options(options().withClipvalue(value));
    }

    /** Whether an average of the weights is kept and replaces them after {@code fit}. */
    public final S useEma(boolean value) {
        return options(options().withUseEma(value));
    }

    /** Weight of the old average, in [0, 1]; default 0.99. */
    public final S emaMomentum(double value) {
        return options(options().withEmaMomentum(value));
    }

    /** Every how many updates the average replaces the weights; default never before the end. */
    public final S emaOverwriteFrequency(int value) {
        return options(options().withEmaOverwriteFrequency(value));
    }

    /** Factor of the loss, which the gradients are freed of again; default 1. */
    public final S lossScaleFactor(double value) {
        return options(options().withLossScaleFactor(value));
    }

    /** Of how many steps the gradients' mean makes one update, from 2 on; default 1. */
    public final S gradientAccumulationSteps(int value) {
        return options(options().withGradientAccumulationSteps(value));
    }
}
