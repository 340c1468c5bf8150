package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;

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
        int clips = (clipnorm == null ? 0 : 1) + (globalClipnorm == null ? 0 : 1);
        if (clips + (clipvalue == null ? 0 : 1) > 1) {
            throw new IllegalArgumentException(
                    "optimizer: only one of clipnorm, global_clipnorm and clipvalue may be given, got %s, %s and %s"
                            .formatted(clipnorm, globalClipnorm, clipvalue));
        }
    }

    private static final Range STEPS = Range.atLeast(1);
    private static final Range GROUP = Range.atLeast(2);

    /** The walk over all options but the name, in Keras's order. */
    OptimizerOptions configure(String newName, Properties p) {
        return new OptimizerOptions(
                newName,
                p.numberOrNull("weight_decay", weightDecay, Range.NOT_NEGATIVE),
                p.numberOrNull("clipnorm", clipnorm, Range.NOT_NEGATIVE),
                p.numberOrNull("global_clipnorm", globalClipnorm, Range.NOT_NEGATIVE),
                p.numberOrNull("clipvalue", clipvalue, Range.NOT_NEGATIVE),
                p.bool("use_ema", useEma),
                p.number("ema_momentum", emaMomentum, Range.FRACTION),
                p.integerOrNull("ema_overwrite_frequency", emaOverwriteFrequency, STEPS),
                p.numberOrNull("loss_scale_factor", lossScaleFactor, Range.POSITIVE),
                p.integerOrNull("gradient_accumulation_steps", gradientAccumulationSteps, GROUP));
    }
}
