package dev.thaw.train.optimizer;

/**
 * What every optimizer can do besides its own formula, under Keras's names and with Keras's
 * defaults. Null stands for Keras's {@code None}.
 *
 * @param name the optimizer's name; null for that of its class
 * @param weightDecay w = w - w decay lr before each update
 * @param clipnorm the largest norm of each gradient on its own
 * @param globalClipnorm the largest norm of all gradients together
 * @param clipvalue the largest element of a gradient
 * @param useEma whether a moving average of the weights is kept, and put in their place at the end
 *     of {@code fit}
 * @param emaMomentum weight of the old average, in [0, 1]; default 0.99
 * @param emaOverwriteFrequency every how many updates the average is put in the weights' place
 * @param lossScaleFactor by what the loss is multiplied and the gradients are divided
 * @param gradientAccumulationSteps of how many steps the gradients' mean makes one update, from 2
 *     on
 */
public record OptimizerOptions(
        String name,
        Double weightDecay,
        Double clipnorm,
        Double globalClipnorm,
        Double clipvalue,
        boolean useEma,
        double emaMomentum,
        Integer emaOverwriteFrequency,
        Double lossScaleFactor,
        Integer gradientAccumulationSteps) {
    /** Keras's defaults. */
    public static final OptimizerOptions DEFAULT =
            new OptimizerOptions(null, null, null, null, null, false, .99, null, null, null);

    /** Refuses what makes no sense. */
    public OptimizerOptions {
        finite("weight_decay", weightDecay);
        finite("clipnorm", clipnorm);
        finite("global_clipnorm", globalClipnorm);
        finite("clipvalue", clipvalue);
        int clips = (clipnorm == null ? 0 : 1) + (globalClipnorm == null ? 0 : 1);
        if (clips + (clipvalue == null ? 0 : 1) > 1) {
            throw new IllegalArgumentException(
                    "optimizer: only one of clipnorm, global_clipnorm and clipvalue may be given, got "
                            + clipnorm
                            + ", "
                            + globalClipnorm
                            + " and "
                            + clipvalue);
        }
        if (!(emaMomentum >= 0 && emaMomentum <= 1)) {
            throw new IllegalArgumentException(
                    "optimizer: ema_momentum must be in [0, 1], got " + emaMomentum);
        }
        atLeast("ema_overwrite_frequency", emaOverwriteFrequency, 1);
        atLeast("gradient_accumulation_steps", gradientAccumulationSteps, 2);
        if (lossScaleFactor != null && !(lossScaleFactor > 0 && Double.isFinite(lossScaleFactor))) {
            throw new IllegalArgumentException(
                    "optimizer: loss_scale_factor must be finite and above 0, got "
                            + lossScaleFactor);
        }
    }

    private static void finite(String what, Double value) {
        if (value != null && !(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "optimizer: " + what + " must be finite and at least 0, got " + value);
        }
    }

    private static void atLeast(String what, Integer value, int least) {
        if (value != null && value < least) {
            throw new IllegalArgumentException(
                    "optimizer: " + what + " must be at least " + least + ", got " + value);
        }
    }

    /** With another name. */
    public OptimizerOptions withName(String value) {
        return new OptimizerOptions(
                value,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With another weight decay. */
    public OptimizerOptions withWeightDecay(Double value) {
        return new OptimizerOptions(
                name,
                value,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With another largest norm of each gradient. */
    public OptimizerOptions withClipnorm(Double value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                value,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With another largest norm of all gradients. */
    public OptimizerOptions withGlobalClipnorm(Double value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                clipnorm,
                value,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With another largest element of a gradient. */
    public OptimizerOptions withClipvalue(Double value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                clipnorm,
                globalClipnorm,
                value,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With or without an average of the weights. */
    public OptimizerOptions withUseEma(boolean value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                value,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With another weight of the old average. */
    public OptimizerOptions withEmaMomentum(double value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                value,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With another frequency of putting the average in. */
    public OptimizerOptions withEmaOverwriteFrequency(Integer value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                value,
                lossScaleFactor,
                gradientAccumulationSteps);
    }

    /** With another factor of the loss. */
    public OptimizerOptions withLossScaleFactor(Double value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                value,
                gradientAccumulationSteps);
    }

    /** With another number of steps per update. */
    public OptimizerOptions withGradientAccumulationSteps(Integer value) {
        return new OptimizerOptions(
                name,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                value);
    }
}
