package dev.thaw.model;

import dev.thaw.data.Dataset;
import dev.thaw.model.callback.Callback;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The options of {@code fit} under Keras's names and with Keras's defaults.
 *
 * @param epochs the number of the last epoch, counted from 1; default 1
 * @param initialEpoch how many epochs ran before, in another {@code fit} that is continued; default
 *     0. Under one seed they are shuffled as if there had been one {@code fit}
 * @param batchSize rows of a step; default 32; the last batch may have fewer
 * @param stepsPerEpoch how many batches an epoch has; the next one goes on behind them, or begins
 *     anew where the data have ended. Empty for one pass over the data
 * @param shuffle whether rows are shuffled anew for each epoch; default true
 * @param seed of the shuffling; empty draws one from {@link dev.thaw.layer.RandomSeed}
 * @param validationSplit share of the rows, taken from the end before shuffling, that is only
 *     evaluated; default 0; for tensors in memory
 * @param validation data that is evaluated after an epoch; default none
 * @param validationSteps how many batches of it, from its beginning; empty for all
 * @param validationFreq after every how many epochs; default 1
 * @param classWeight weight of an entry by its class, of a sample or a pixel; a class that is not
 *     named counts 1
 * @param sampleWeight weight of each row of tensors in memory; empty for 1 everywhere
 * @param verbosity what is shown while it runs
 * @param checkInputs whether inputs are searched for NaN and infinity first; default false
 * @param callbacks whom to tell
 */
public record FitOptions(
        int epochs,
        int initialEpoch,
        int batchSize,
        OptionalInt stepsPerEpoch,
        boolean shuffle,
        OptionalLong seed,
        double validationSplit,
        Optional<Dataset> validation,
        OptionalInt validationSteps,
        int validationFreq,
        Map<Integer, Double> classWeight,
        Optional<float[]> sampleWeight,
        Verbosity verbosity,
        boolean checkInputs,
        List<Callback> callbacks) {
    /** Keras's defaults. */
    public static final FitOptions DEFAULT = new Draft().options();

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
        Objects.requireNonNull(classWeight, "fit: classWeight");
        Objects.requireNonNull(callbacks, "fit: callbacks");
        if (epochs < 0 || initialEpoch < 0) {
            throw new IllegalArgumentException(
                    "fit: epochs and initial_epoch must be at least 0, got %d and %d"
                            .formatted(epochs, initialEpoch));
        }
        requirePositive("fit", "batch_size", batchSize);
        requirePositive("fit", "validation_freq", validationFreq);
        stepsPerEpoch.ifPresent(n -> requirePositive("fit", "steps_per_epoch", n));
        validationSteps.ifPresent(n -> requirePositive("fit", "validation_steps", n));
        if (!(validationSplit >= 0 && validationSplit < 1)) {
            throw new IllegalArgumentException(
                    "fit: validation_split must be in [0, 1), got %s".formatted(validationSplit));
        }
        if (!classWeight.isEmpty() && sampleWeight.isPresent()) {
            throw new IllegalArgumentException("fit: give class_weight or sample_weight, not both");
        }
        classWeight.forEach(
                (c, w) -> {
                    if (!Double.isFinite(w)) {
                        throw new IllegalArgumentException(
                                "fit: class_weight must be finite, got %s for class %d"
                                        .formatted(w, c));
                    }
                });
        classWeight = Map.copyOf(classWeight);
        callbacks = List.copyOf(callbacks);
    }

    static void requirePositive(String where, String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "%s: %s must be at least 1, got %d".formatted(where, option, value));
        }
    }

    /** Keras's defaults with so many epochs. */
    public static FitOptions epochs(int epochs) {
        return DEFAULT.with(d -> d.epochs = epochs);
    }

    /** As the continuation of a {@code fit} of so many epochs. */
    public FitOptions withInitialEpoch(int value) {
        return with(d -> d.initialEpoch = value);
    }

    /** With another batch size. */
    public FitOptions withBatchSize(int value) {
        return with(d -> d.batchSize = value);
    }

    /** With so many batches in an epoch. */
    public FitOptions withStepsPerEpoch(int value) {
        return with(d -> d.stepsPerEpoch = OptionalInt.of(value));
    }

    /** With or without shuffling. */
    public FitOptions withShuffle(boolean value) {
        return with(d -> d.shuffle = value);
    }

    /** With a seed for the shuffling. */
    public FitOptions withSeed(long value) {
        return with(d -> d.seed = OptionalLong.of(value));
    }

    /** With a share of the rows kept for validation. */
    public FitOptions withValidationSplit(double value) {
        return with(d -> d.validationSplit = value);
    }

    /** With data for validation. */
    public FitOptions withValidation(Dataset value) {
        return with(d -> d.validation = Optional.of(value));
    }

    /** With so many batches in a validation. */
    public FitOptions withValidationSteps(int value) {
        return with(d -> d.validationSteps = OptionalInt.of(value));
    }

    /** With a validation after every so many epochs. */
    public FitOptions withValidationFreq(int value) {
        return with(d -> d.validationFreq = value);
    }

    /** With weights by class. */
    public FitOptions withClassWeight(Map<Integer, Double> value) {
        return with(d -> d.classWeight = value);
    }

    /** With weights by row. */
    public FitOptions withSampleWeight(float[] value) {
        return with(d -> d.sampleWeight = Optional.of(value));
    }

    /** With another verbosity. */
    public FitOptions withVerbosity(Verbosity value) {
        return with(d -> d.verbosity = value);
    }

    /** With or without the search for NaN in the inputs. */
    public FitOptions withCheckInputs(boolean value) {
        return with(d -> d.checkInputs = value);
    }

    /** With callbacks. */
    public FitOptions withCallbacks(Callback... value) {
        Objects.requireNonNull(value, "fit: callbacks: value");
        return with(d -> d.callbacks = List.of(value));
    }

    private FitOptions with(Consumer<Draft> change) {
        Draft d = new Draft(this);
        change.accept(d);
        return d.options();
    }

    /** Options that one change is made to. */
    private static final class Draft {
        int epochs = 1;
        int initialEpoch;
        int batchSize = EvaluateOptions.BATCH_SIZE;
        OptionalInt stepsPerEpoch = OptionalInt.empty();
        boolean shuffle = true;
        OptionalLong seed = OptionalLong.empty();
        double validationSplit;
        Optional<Dataset> validation = Optional.empty();
        OptionalInt validationSteps = OptionalInt.empty();
        int validationFreq = 1;
        Map<Integer, Double> classWeight = Map.of();
        Optional<float[]> sampleWeight = Optional.empty();
        Verbosity verbosity = Verbosity.AUTO;
        boolean checkInputs;
        List<Callback> callbacks = List.of();

        /** Keras's defaults. */
        Draft() {}

        Draft(FitOptions o) {
            epochs = o.epochs;
            initialEpoch = o.initialEpoch;
            batchSize = o.batchSize;
            stepsPerEpoch = o.stepsPerEpoch;
            shuffle = o.shuffle;
            seed = o.seed;
            validationSplit = o.validationSplit;
            validation = o.validation;
            validationSteps = o.validationSteps;
            validationFreq = o.validationFreq;
            classWeight = o.classWeight;
            sampleWeight = o.sampleWeight;
            verbosity = o.verbosity;
            checkInputs = o.checkInputs;
            callbacks = o.callbacks;
        }

        FitOptions options() {
            return new FitOptions(
                    epochs,
                    initialEpoch,
                    batchSize,
                    stepsPerEpoch,
                    shuffle,
                    seed,
                    validationSplit,
                    validation,
                    validationSteps,
                    validationFreq,
                    classWeight,
                    sampleWeight,
                    verbosity,
                    checkInputs,
                    callbacks);
        }
    }
}
