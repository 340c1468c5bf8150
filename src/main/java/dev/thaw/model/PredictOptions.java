package dev.thaw.model;

import dev.thaw.layer.Mode;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * The options of {@code predict}, under Keras's names and with Keras's defaults.
 *
 * @param batchSize rows of a step; default 32; the last batch may have fewer
 * @param mode what the model is called in; default inference. A mode that is baked into the graph
 *     holds here too. In training mode moving statistics move
 * @param steps after how many batches it ends; empty for all
 */
public record PredictOptions(int batchSize, Mode mode, OptionalInt steps) {
    /** Keras's defaults. */
    public static final PredictOptions DEFAULT =
            new PredictOptions(EvaluateOptions.BATCH_SIZE, Mode.INFERENCE, OptionalInt.empty());

    /** Refuses what makes no sense. */
    public PredictOptions {
        Objects.requireNonNull(steps, "predict: steps");
        FitOptions.requirePositive("predict", "batch_size", batchSize);
        Objects.requireNonNull(mode, "predict: mode");
        steps.ifPresent(n -> FitOptions.requirePositive("predict", "steps", n));
    }

    /** Keras's defaults in batches of so many rows. */
    public static PredictOptions batchSize(int value) {
        return DEFAULT.withBatchSize(value);
    }

    /** With another batch size. */
    public PredictOptions withBatchSize(int value) {
        return new PredictOptions(value, mode, steps);
    }

    /** In another mode. */
    public PredictOptions withMode(Mode value) {
        return new PredictOptions(batchSize, value, steps);
    }

    /** On so many batches. */
    public PredictOptions withSteps(int value) {
        return new PredictOptions(batchSize, mode, OptionalInt.of(value));
    }
}
