package dev.thaw.cli;

import dev.thaw.data.Dataset;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.callback.Callback;
import dev.thaw.model.callback.ProgressBar;
import dev.thaw.model.callback.ProgressLines;
import dev.thaw.train.Compilation;
import dev.thaw.train.optimizer.Optimizer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.concurrent.Callable;

@Command(
        name = "fit",
        header = "Trains a model on the rows of .npy files and writes the result.",
        customSynopsis = "thaw fit FILE --x X.npy --y Y.npy -o OUT [OPTIONS]",
        description =
                """
                A file that was compiled goes on where its training stopped, with its own loss, \
                metrics, optimizer and its state, as far as no option says otherwise. OUT has all \
                of that again, and the flags that --freeze and --thaw set. The last epoch's loss \
                and metrics go to the standard output, a line 'name: value' each.""",
        footer = {
            "",
            "Examples:",
            "  thaw fit model.keras --x x.npy --y y.npy --epochs 5 -o more.keras",
            "  thaw fit base.keras --x x.npy --y y.npy -o tuned.keras \\",
            "      --freeze '*' --thaw head --optimizer adam --lr 1e-3 \\",
            "      --loss sparse_categorical_crossentropy --metric accuracy \\",
            "      --validation-split 0.1 --history history.json"
        })
final class FitCommand implements Callable<Integer> {
    @ParentCommand private Thaw thaw;
    @Mixin private ModelFile file;
    @Mixin private DataOptions data;
    @Mixin private FreezeOptions flags;
    @Mixin private LossOptions losses;
    @Spec private CommandSpec spec;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            converter = OptimizerConverter.class,
            description =
                    "Keras's name of an optimizer, fresh and with its defaults, instead of the file's.")
    private Optimizer optimizer;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            converter = RateConverter.LearningRate.class,
            description = "The learning rate, instead of the optimizer's own.")
    private Double rate;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "1",
            converter = CountConverter.NotNegative.class,
            description = "Passes over the rows; default ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(names = "--no-shuffle", description = "Keep the order of the rows.")
    private boolean noShuffle;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "What shuffling, and random layers without a seed of their own, draw from.")
    private Long seed;

    @Option(
            names = "--validation-split",
            paramLabel = "SHARE",
            defaultValue = "0",
            converter = RateConverter.Share.class,
            description =
                    "The share of the rows, from the end, that are only evaluated; default 0.")
    private double validationSplit;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = "Where the model goes: .keras, or .weights.h5 for its weights alone.")
    private Path output;

    @Option(
            names = "--history",
            paramLabel = "H.json",
            description =
                    "Where the history goes, as JSON and in the form of Keras's History.history: {\"loss\": [0.9, 0.7], \"val_loss\": [1.0, 0.8]}, a number per epoch.")
    private Path history;

    @Override
    public Integer call() {
        ModelTarget target = ModelTarget.of(output, spec.commandLine());
        if (history != null) {
            FileCheck.output(history);
        }
        if (seed != null) {
            RandomSeed.set(seed);
        }
        try (Model model = file.open(thaw.device())) {
            flags.apply(model);
            compile(model);
            Dataset rows = data.read(model);
            History h = train(model, rows);
            target.save(model);
            thaw.note("%s: %s", target.path(), target.contents(model));
            if (history != null) {
                HistoryFile.write(history, h);
            }
            if (!h.epochs().isEmpty()) {
                Results.print(spec.commandLine().getOut(), h.epochs().get(h.epochs().size() - 1));
            }
        }
        return 0;
    }

    private void compile(Model model) {
        Optimizer used =
                optimizer != null
                        ? optimizer
                        : model.compilation()
                                .map(Compilation::optimizer)
                                .orElseThrow(
                                        () ->
                                                new Failure(
                                                        "%s: the model was saved without compiling it; give --optimizer and --loss"
                                                                .formatted(file.path())));
        if (rate != null) {
            used.setLearningRate(rate);
        }
        if (optimizer != null || losses.given()) {
            model.compile(losses.apply(model, used));
        }
    }

    private History train(Model model, Dataset rows) {
        FitOptions options =
                FitOptions.epochs(epochs)
                        .withBatchSize(data.batchSize())
                        .withShuffle(!noShuffle)
                        .withValidationSplit(validationSplit)
                        .withVerbosity(FitOptions.Verbosity.SILENT);
        if (seed != null) {
            options = options.withSeed(seed);
        }
        if (thaw.quiet()) {
            return model.fit(rows, options);
        }
        Callback begin = begin(rows);
        if (System.console() == null) {
            ProgressLines lines = new ProgressLines(System.err, epochs);
            return model.fit(rows, options.withCallbacks(begin, lines));
        }
        try (ProgressBar bar = new ProgressBar(epochs)) {
            return model.fit(rows, options.withCallbacks(begin, bar));
        }
    }

    /** Says what is trained once the data are accepted: a refusal stays a line alone. */
    private Callback begin(Dataset rows) {
        return new Callback() {
            @Override
            public void onTrainBegin(Model model) {
                long trainable =
                        model.trainableWeights().stream()
                                .mapToLong(w -> w.variable().shape().size())
                                .sum();
                thaw.note(
                        "%s: %,d rows, %,d of %,d parameters trainable",
                        model.name(), rows.size().orElse(0), trainable, model.countParams());
            }
        };
    }
}
