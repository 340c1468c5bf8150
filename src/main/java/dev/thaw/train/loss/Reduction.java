package dev.thaw.train.loss;

import java.util.Arrays;
import java.util.Locale;

/** What becomes of a loss's values, one per entry, times their weights. */
public enum Reduction {
    /** Their sum, divided by their number; a mask counts the valid ones alone. Keras's default. */
    SUM_OVER_BATCH_SIZE,
    /** The same as {@link #SUM_OVER_BATCH_SIZE}. */
    MEAN,
    /** Their sum, divided by the sum of the weights. */
    MEAN_WITH_SAMPLE_WEIGHT,
    /** Their sum. */
    SUM;

    private static final String DEFAULT = "sum_over_batch_size";

    /** Keras's name: {@code sum_over_batch_size}. */
    public String kerasName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** By Keras's name; {@code none} is refused, since nothing can be trained by many numbers. */
    public static Reduction of(String name) {
        return Arrays.stream(values())
                // Keras 2 wrote auto
                .filter(r -> r.kerasName().equals("auto".equals(name) ? DEFAULT : name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "loss: reduction must be sum_over_batch_size, mean, mean_with_sample_weight or sum, got %s%s"
                                                .formatted(
                                                        name,
                                                        name == null || name.equals("none")
                                                                ? "; training needs one number"
                                                                : "")));
    }
}
