package dev.thaw.model;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * The options of {@code evaluate}, under Keras's names and with Keras's defaults.
 *
 * @param batchSize rows of a step; default 32; the last batch may have fewer
 * @param steps after how many batches it ends; empty for all
 */
public record EvaluateOptions(int batchSize, OptionalInt steps) {
    /** A constant, so that no class of options waits for another one to be initialized. */
    static final int BATCH_SIZE = 32;

    /** Keras's defaults. */
    public static final EvaluateOptions DEFAULT =
            new EvaluateOptions(BATCH_SIZE, OptionalInt.empty());

    /** Refuses what makes no sense. */
    public EvaluateOptions {
        Objects.requireNonNull(steps, "evaluate: steps");
        FitOptions.requirePositive("evaluate", "batch_size", batchSize);
        steps.ifPresent(n -> FitOptions.requirePositive("evaluate", "steps", n));
    }

    /** Keras's defaults in batches of so many rows. */
    public static EvaluateOptions batchSize(int value) {
        return DEFAULT.withBatchSize(value);
    }

    /** With another batch size. */
    public EvaluateOptions withBatchSize(int value) {
        return new EvaluateOptions(value, steps);
    }

    /** On so many batches. */
    public EvaluateOptions withSteps(int value) {
        return new EvaluateOptions(batchSize, OptionalInt.of(value));
    }
}
