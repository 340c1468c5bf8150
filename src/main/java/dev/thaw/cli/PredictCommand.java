package dev.thaw.cli;

import dev.thaw.data.Dataset;
import dev.thaw.data.Npy;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.Model;
import dev.thaw.model.MonteCarlo;
import dev.thaw.model.PredictOptions;
import dev.thaw.tensor.Tensor;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

@Command(
        name = "predict",
        header = "Runs a model on the rows of .npy files.",
        customSynopsis = "thaw predict FILE X.npy.. -o Y.npy [OPTIONS]",
        description =
                "Numbers are converted to the type that the model takes, where nothing is lost.",
        footer = {
            "",
            "Examples:",
            "  thaw predict model.keras x.npy -o y.npy",
            "  thaw predict two.keras left.npy right.npy -o a.npy -o b.npy",
            "  thaw predict two.keras right=r.npy left=l.npy -o sum=s.npy -o difference=d.npy",
            "  thaw predict model.keras x.npy --monte-carlo 50 -o mean.npy --deviation sd.npy"
        })
final class PredictCommand implements Callable<Integer> {
    @ParentCommand private Thaw thaw;
    @Mixin private ModelFile file;
    @Spec private CommandSpec spec;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "X.npy",
            description =
                    "The inputs, one file for each, in the model's order or by name, NAME=X.npy.")
    private List<String> inputs;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "Y.npy",
            description =
                    "Where an output goes; repeat it for each output, in the model's order or by name, NAME=Y.npy.")
    private List<String> outputs;

    @Option(
            names = "--training",
            description =
                    "Call the model with training=True: dropout drops, and batch normalization normalizes by the rows of each batch. The file stays as it is.")
    private boolean training;

    @Option(
            names = "--monte-carlo",
            paramLabel = "N",
            converter = CountConverter.Several.class,
            description =
                    "Predict N times while dropout drops and batch normalization stays on its moving statistics, and write the mean.")
    private Integer samples;

    @Option(
            names = "--deviation",
            paramLabel = "S.npy",
            description = "With --monte-carlo: where the standard deviations go, as -o.")
    private List<String> deviations = new ArrayList<>();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            converter = CountConverter.Positive.class,
            description = "Rows at a time; default ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "What random layers without a seed of their own draw from.")
    private Long seed;

    @Override
    public Integer call() {
        checkUsage();
        Stream.of(outputs, deviations)
                .flatMap(l -> NamedFile.paths(l).stream())
                .forEach(FileCheck::output);
        if (seed != null) {
            RandomSeed.set(seed);
        }
        try (Model model = file.openUncompiled(thaw.device())) {
            requireOnePerOutput(model, "-o", outputs);
            if (!deviations.isEmpty()) {
                requireOnePerOutput(model, "--deviation", deviations);
            }
            Dataset x = DataOptions.inputs(model, inputs);
            PredictOptions options =
                    PredictOptions.batchSize(batchSize)
                            .withMode(training ? Mode.TRAINING : Mode.INFERENCE);
            if (samples == null) {
                write(model, "-o", outputs, model.predict(x, options));
            } else {
                List<MonteCarlo> y = model.predictMonteCarlo(x, samples, options);
                write(model, "-o", outputs, y.stream().map(MonteCarlo::mean).toList());
                if (!deviations.isEmpty()) {
                    List<Tensor> sd = y.stream().map(MonteCarlo::standardDeviation).toList();
                    write(model, "--deviation", deviations, sd);
                }
            }
        }
        return 0;
    }

    private void checkUsage() {
        if (training && samples != null) {
            throw wrong(
                    "--training and --monte-carlo exclude each other: they treat batch normalization differently");
        }
        if (samples == null && !deviations.isEmpty()) {
            throw wrong("--deviation goes with --monte-carlo");
        }
        NamedFile.paths(outputs).forEach(this::requireEnding);
        NamedFile.paths(deviations).forEach(this::requireEnding);
    }

    private void requireEnding(Path p) {
        if (!p.toString().endsWith(".npy")) {
            throw wrong(p + ": the name must end in .npy, the only format that is written");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static void requireOnePerOutput(Model model, String option, List<String> files) {
        int n = model.outputs().size();
        if (n > 0 && files.size() != n) {
            throw new Failure(
                    "%s: has %s outputs %s, got %s files; give %s once for each"
                            .formatted(
                                    model.name(),
                                    n,
                                    model.outputs().stream()
                                            .map(s -> s.node().layer().name())
                                            .toList(),
                                    files.size(),
                                    option));
        }
    }

    private void write(Model model, String option, List<String> names, List<Tensor> tensors) {
        List<Path> files =
                NamedFile.inOrder(option, names, model.outputNames(), model.outputStructure());
        for (int i = 0; i < files.size(); i++) {
            Npy.write(files.get(i), tensors.get(i));
            thaw.note("%s: %s", files.get(i), tensors.get(i).shape());
        }
    }
}
