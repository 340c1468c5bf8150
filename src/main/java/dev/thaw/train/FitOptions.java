package dev.thaw.train;

import dev.thaw.train.callback.Callback;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options of {@code fit} under Keras's names and with Keras's defaults.
 *
 * @param epochs passes over the data; default 1
 * @param batchSize rows of a step; default 32; the last batch may have fewer
 * @param shuffle whether rows are shuffled anew for each epoch; default true
 * @param seed of the shuffling; empty draws one from {@link dev.thaw.layer.RandomSeed}
 * @param validationSplit share of the rows, taken from the end before shuffling, that is only
 *     evaluated; default 0
 * @param validation data that is evaluated after each epoch; default none
 * @param classWeight weight of a sample by its class; a class that is not named counts 1
 * @param sampleWeight weight of each row; empty for 1 everywhere
 * @param verbosity what is shown while it runs
 * @param checkInputs whether inputs are searched for NaN and infinity first; default false
 * @param callbacks whom to tell
 */
public record FitOptions(
        int epochs,
        int batchSize,
        boolean shuffle,
        Optional<Long> seed,
        double validationSplit,
        Optional<TrainingData> validation,
        Map<Integer, Double> classWeight,
        Optional<float[]> sampleWeight,
        Verbosity verbosity,
        boolean checkInputs,
        List<Callback> callbacks) {
    /** Keras's defaults. */
    public static final FitOptions DEFAULT =
            new FitOptions(
                    1,
                    32,
                    true,
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Verbosity.AUTO,
                    false,
                    List.of());

    /** What is shown while training runs. */
    public enum Verbosity {
        /** A progress bar on a terminal, a line per epoch elsewhere. */
        AUTO,
        /** A line per epoch. */
        LINES,
        /** Nothing. */
        SILENT
    }

    /** Refuses what makes no sense. */
    public FitOptions {
        if (epochs < 0 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "fit: epochs must be at least 0 and batch_size at least 1, got "
                            + epochs
                            + " and "
                            + batchSize);
        }
        if (!(validationSplit >= 0 && validationSplit < 1)) {
            throw new IllegalArgumentException(
                    "fit: validation_split must be in [0, 1), got " + validationSplit);
        }
        if (!classWeight.isEmpty() && sampleWeight.isPresent()) {
            throw new IllegalArgumentException("fit: give class_weight or sample_weight, not both");
        }
        classWeight.forEach(
                (c, w) -> {
                    if (!Double.isFinite(w)) {
                        throw new IllegalArgumentException(
                                "fit: class_weight must be finite, got " + w + " for class " + c);
                    }
                });
        classWeight = Map.copyOf(classWeight);
        callbacks = List.copyOf(callbacks);
    }

    /** Keras's defaults with so many epochs. */
    public static FitOptions epochs(int epochs) {
        return new FitOptions(
                epochs,
                DEFAULT.batchSize,
                DEFAULT.shuffle,
                DEFAULT.seed,
                DEFAULT.validationSplit,
                DEFAULT.validation,
                DEFAULT.classWeight,
                DEFAULT.sampleWeight,
                DEFAULT.verbosity,
                DEFAULT.checkInputs,
                DEFAULT.callbacks);
    }

    /** With another batch size. */
    public FitOptions withBatchSize(int value) {
        return new FitOptions(
                epochs,
                value,
                shuffle,
                seed,
                validationSplit,
                validation,
                classWeight,
                sampleWeight,
                verbosity,
                checkInputs,
                callbacks);
    }

    /** With or without shuffling. */
    public FitOptions withShuffle(boolean value) {
        return new FitOptions(
                epochs,
                batchSize,
                value,
                seed,
                validationSplit,
                validation,
                classWeight,
                sampleWeight,
                verbosity,
                checkInputs,
                callbacks);
    }

    /** With a seed for the shuffling. */
    public FitOptions withSeed(long value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                Optional.of(value),
                validationSplit,
                validation,
                classWeight,
                sampleWeight,
                verbosity,
                checkInputs,
                callbacks);
    }

    /** With a share of the rows kept for validation. */
    public FitOptions withValidationSplit(double value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                seed,
                value,
                validation,
                classWeight,
                sampleWeight,
                verbosity,
                checkInputs,
                callbacks);
    }

    /** With data for validation. */
    public FitOptions withValidation(TrainingData value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                seed,
                validationSplit,
                Optional.of(value),
                classWeight,
                sampleWeight,
                verbosity,
                checkInputs,
                callbacks);
    }

    /** With weights by class. */
    public FitOptions withClassWeight(Map<Integer, Double> value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                seed,
                validationSplit,
                validation,
                value,
                sampleWeight,
                verbosity,
                checkInputs,
                callbacks);
    }

    /** With weights by row. */
    public FitOptions withSampleWeight(float[] value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                seed,
                validationSplit,
                validation,
                classWeight,
                Optional.of(value),
                verbosity,
                checkInputs,
                callbacks);
    }

    /** With another verbosity. */
    public FitOptions withVerbosity(Verbosity value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                seed,
                validationSplit,
                validation,
                classWeight,
                sampleWeight,
                value,
                checkInputs,
                callbacks);
    }

    /** With or without the search for NaN in the inputs. */
    public FitOptions withCheckInputs(boolean value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                seed,
                validationSplit,
                validation,
                classWeight,
                sampleWeight,
                verbosity,
                value,
                callbacks);
    }

    /** With callbacks. */
    public FitOptions withCallbacks(Callback... value) {
        return new FitOptions(
                epochs,
                batchSize,
                shuffle,
                seed,
                validationSplit,
                validation,
                classWeight,
                sampleWeight,
                verbosity,
                checkInputs,
                List.of(value));
    }
}
