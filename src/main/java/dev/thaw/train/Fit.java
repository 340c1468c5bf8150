package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Weight;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.callback.Callback;
import dev.thaw.train.callback.ProgressBar;
import dev.thaw.train.callback.ProgressLines;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** One call of {@code fit}. */
final class Fit {
    private final Network model;
    private final Compilation compilation;
    private final FitOptions options;
    private final Trainer trainer;

    Fit(Network model, Compilation compilation, FitOptions options, Trainer trainer) {
        this.model = model;
        this.compilation = compilation;
        this.options = options;
        this.trainer = trainer;
    }

    History run(TrainingData given) {
        InputCheck.data(model, compilation, given);
        TrainingData weighted = weighted(given);
        Optional<TrainingData> validation = options.validation();
        TrainingData training = weighted;
        if (options.validationSplit() > 0 && validation.isEmpty()) {
            int split = (int) Math.floor(given.rows() * (1 - options.validationSplit()));
            if (split == 0 || split == given.rows()) {
                throw new IllegalArgumentException(
                        "fit: validation_split "
                                + options.validationSplit()
                                + " of "
                                + given.rows()
                                + " rows leaves nothing on one side");
            }
            training = weighted.part(0, split);
            // class weights are for training only; sample weights hold in validation too, as in
            // Keras
            validation =
                    Optional.of(
                            given.withWeights(options.sampleWeight()).part(split, given.rows()));
        }
        InputCheck.data(model, compilation, training); // now with its weights
        validation.ifPresent(v -> InputCheck.data(model, compilation, v));
        if (options.checkInputs()) {
            InputCheck.finite(model, training.x());
        }
        return epochs(new Rows(training), validation.map(Rows::new));
    }

    private History epochs(Rows training, Optional<Rows> validation) {
        History history = new History();
        List<Callback> callbacks = new ArrayList<>(options.callbacks());
        SplittableRandom random = new SplittableRandom(options.seed().orElseGet(RandomSeed::next));
        int[] order = Epoch.inOrder(training.data().rows());
        int steps = 1 + (training.data().rows() - 1) / options.batchSize();
        ProgressBar bar = progress(callbacks);
        callbacks.forEach(c -> c.onTrainBegin(new Training(model, compilation)));
        try {
            boolean goOn = true;
            for (int epoch = 0; goOn && epoch < options.epochs(); epoch++) {
                if (options.shuffle()) {
                    shuffle(order, random);
                }
                int e = epoch;
                callbacks.forEach(c -> c.onEpochBegin(e, steps));
                Map<String, Double> logs = epoch(training, validation, order, e, callbacks);
                for (Callback c : callbacks) {
                    goOn &= c.onEpochEnd(epoch, logs);
                }
                history.add(logs);
            }
        } catch (NonFiniteLossException failure) {
            boolean taken = false;
            for (Callback c : callbacks) {
                taken |= c.onNonFiniteLoss(failure);
            }
            if (!taken) {
                throw failure;
            }
        } finally {
            if (bar != null) {
                bar.close();
            }
        }
        if (options.epochs() > 0) {
            compilation
                    .optimizer()
                    .finishAveraging(
                            model.trainableWeights().stream().map(Weight::variable).toList());
        }
        callbacks.forEach(Callback::onTrainEnd);
        return history;
    }

    private Map<String, Double> epoch(
            Rows training,
            Optional<Rows> validation,
            int[] order,
            int epoch,
            List<Callback> callbacks) {
        Map<String, Double> logs =
                new LinkedHashMap<>(
                        trainer.trainEpoch(
                                training,
                                order,
                                options.batchSize(),
                                (i, read) ->
                                        callbacks.forEach(c -> c.onStepEnd(epoch, i, read::get))));
        validation.ifPresent(
                v ->
                        trainer.evaluate(v, options.batchSize())
                                .forEach((k, value) -> logs.put("val_" + k, value)));
        return logs;
    }

    /** Adds what shows the progress to the callbacks; returns a bar to close, or null. */
    private ProgressBar progress(List<Callback> callbacks) {
        if (options.verbosity() == FitOptions.Verbosity.SILENT) {
            return null;
        }
        if (options.verbosity() == FitOptions.Verbosity.AUTO && System.console() != null) {
            ProgressBar bar = new ProgressBar(options.epochs());
            callbacks.add(bar);
            return bar;
        }
        callbacks.add(new ProgressLines(System.out, options.epochs()));
        return null;
    }

    private static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
    }

    private TrainingData weighted(TrainingData data) {
        if (options.classWeight().isEmpty()) {
            return data.withWeights(options.sampleWeight());
        }
        if (data.weighted()) {
            throw new IllegalArgumentException(
                    "fit: give class_weight or sample_weight, not both; the data has weights");
        }
        if (data.y().size() != 1) {
            throw new IllegalArgumentException(
                    "fit: class_weight needs a model with one output, got " + data.y().size());
        }
        int[] classes = classes(data.y().get(0));
        float[] w = new float[classes.length];
        for (int i = 0; i < w.length; i++) {
            w[i] = options.classWeight().getOrDefault(classes[i], 1.0).floatValue();
        }
        return data.withWeights(Optional.of(w));
    }

    /**
     * The class of each row: the number itself, the one number rounded, or the largest of a
     * distribution.
     */
    private static int[] classes(Tensor y) {
        int rows = y.shape().dim(0);
        int width = y.size() / rows;
        int[] classes = new int[rows];
        for (int r = 0; r < rows; r++) {
            if (y.dtype() == DType.INT32) {
                classes[r] = y.ints()[r * width];
            } else if (y.dtype() == DType.INT64) {
                classes[r] = (int) y.longs()[r * width];
            } else if (width == 1) {
                classes[r] = Math.round(y.floats()[r]);
            } else {
                for (int k = 1; k < width; k++) {
                    if (y.floats()[r * width + k] > y.floats()[r * width + classes[r]]) {
                        classes[r] = k;
                    }
                }
            }
        }
        return classes;
    }
}
