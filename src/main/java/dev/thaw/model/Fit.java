package dev.thaw.model;

import dev.thaw.data.Batch;
import dev.thaw.data.DataException;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Weight;
import dev.thaw.train.EvaluationSteps;
import dev.thaw.train.NonFiniteLossException;
import dev.thaw.train.Session;
import dev.thaw.train.TrainingSteps;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One call of {@code fit}: epochs of training steps, their validation, and who is told of them. */
final class Fit {
    private final Model model;
    private final Session session;
    private final FitOptions options;
    private final Passes batches;
    private final Optional<Dataset> validation;
    private final Callbacks callbacks;
    private final History history = new History();

    private Fit(
            Model model,
            Session session,
            FitOptions options,
            Dataset training,
            Optional<Dataset> validation) {
        this.model = model;
        this.session = session;
        this.options = options;
        this.validation = validation;
        callbacks = new Callbacks(model, options);
        long seed = options.seed().orElseGet(RandomSeed::next);
        batches =
                new Passes(
                        training,
                        options.batchSize(),
                        options.stepsPerEpoch(),
                        options.shuffle() ? OptionalLong.of(seed) : OptionalLong.empty());
    }

    /** Makes the model's graph where it has none; splits and weighs the data as the options say. */
    static Fit of(Model model, Session session, FitOptions options, Dataset data) {
        if (!model.hasGraph()) {
            // its weights draw their seeds before the order does, as in a model that is made before
            Passes.inOrder(data, options.batchSize(), OptionalInt.of(1), b -> model.prepare(b.x()));
        }
        Placement placement = new Placement(model);
        Dataset training = placement.targets(data);
        Optional<Dataset> validation = options.validation().map(placement::targets);
        if (options.sampleWeight().isPresent()) {
            TensorDataset all =
                    inMemory(training, "sample_weight", "give each its own: Sample.withWeight(..)");
            if (all.weighted()) {
                throw new IllegalArgumentException(
                        "fit: sample_weight must be given once; the data has weights already");
            }
            training = all.withWeights(options.sampleWeight().get());
        }
        if (options.validationSplit() > 0 && validation.isEmpty()) {
            TensorDataset all =
                    inMemory(training, "validation_split", "give withValidation(..) other samples");
            int split = split(options.validationSplit(), all.rows());
            training = all.part(0, split);
            validation = Optional.of(all.part(split, all.rows()));
        }
        if (!options.classWeight().isEmpty()) { // for training only, as in Keras
            training = ClassWeights.of(training, options.classWeight(), model);
        }
        return new Fit(model, session, options, training, validation);
    }

    private static TensorDataset inMemory(Dataset data, String option, String remedy) {
        if (data instanceof TensorDataset t) {
            return t;
        }
        throw new IllegalArgumentException(
                "fit: %s needs tensors in memory, these samples are read one by one; %s"
                        .formatted(option, remedy));
    }

    private static int split(double share, int rows) {
        int split = (int) Math.floor(rows * (1 - share));
        if (split == 0 || split == rows) {
            throw new IllegalArgumentException(
                    "fit: validation_split %s of %d rows leaves nothing on one side"
                            .formatted(share, rows));
        }
        return split;
    }

    History run() {
        try (batches;
                callbacks) {
            try {
                epochs();
            } catch (NonFiniteLossException failure) {
                if (!callbacks.take(failure)) {
                    throw failure;
                }
            } catch (DataException e) {
                throw e.getCause() instanceof InterruptedException ? session.interrupted(e) : e;
            }
            if (options.initialEpoch() < options.epochs()) {
                session.betweenSteps(this::useAverages);
            }
            callbacks.trainEnd();
            session.requireFiniteWeights(); // after a callback that puts earlier weights back
        }
        return history;
    }

    private void epochs() {
        if (options.initialEpoch() >= options.epochs()) {
            callbacks.trainBegin();
            return;
        }
        boolean goOn = true;
        for (int epoch = options.initialEpoch(); goOn && epoch < options.epochs(); epoch++) {
            Batch first = batches.first(epoch);
            if (epoch == options.initialEpoch()) {
                requireFitting(first);
                callbacks.trainBegin();
            }
            callbacks.epochBegin(epoch, batches.steps());
            Map<String, Double> logs = train(epoch, first);
            if (validation.isPresent() && (epoch + 1) % options.validationFreq() == 0) {
                validate().forEach((name, value) -> logs.put("val_" + name, value));
            }
            goOn = callbacks.epochEnd(epoch, logs);
            history.add(logs);
        }
    }

    /** Refuses data that do not fit before anybody hears that training begins. */
    private void requireFitting(Batch first) {
        session.check(first);
        if (options.checkInputs()) {
            session.requireFinite(first);
        }
        validation.ifPresent(
                data ->
                        Passes.inOrder(
                                data, options.batchSize(), OptionalInt.of(1), session::check));
    }

    /** The steps of an epoch. The next batch is read while a GPU is at work. */
    private Map<String, Double> train(int epoch, Batch first) {
        TrainingSteps steps = session.epoch(batches::again);
        Optional<Batch> batch = Optional.of(first);
        for (int i = 0; batch.isPresent(); i++) {
            if (options.checkInputs()) {
                session.requireFinite(batch.get());
            }
            steps.run(batch.get());
            batch = batches.next();
            if (batch.isEmpty()) {
                steps.end();
            }
            callbacks.stepEnd(epoch, i, steps::logs);
        }
        return new LinkedHashMap<>(steps.logs());
    }

    private Map<String, Double> validate() {
        EvaluationSteps steps = session.evaluation();
        Passes.inOrder(
                validation.get(),
                options.batchSize(),
                options.validationSteps(),
                batch -> {
                    session.requireUninterrupted();
                    steps.run(batch);
                });
        return steps.logs();
    }

    /** Some optimizers put averages of the weights into their place at the end. */
    private void useAverages() {
        model.compilation()
                .orElseThrow()
                .optimizer()
                .finishAveraging(model.trainableWeights().stream().map(Weight::variable).toList());
    }
}
