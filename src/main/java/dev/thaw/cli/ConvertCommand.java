package dev.thaw.cli;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.concurrent.Callable;

@Command(
        name = "convert",
        header = "Writes a model in another of Keras's formats.",
        customSynopsis = "thaw convert IN OUT [--model MODEL]",
        description =
                "What IN is, its content tells; what OUT is to be, its ending: .keras, or .weights.h5 for the weights alone. The legacy .h5 is read, not written.",
        footer = {
            "",
            "Examples:",
            "  thaw convert old.h5 new.keras",
            "  thaw convert model.keras model.weights.h5",
            "  thaw convert trained.weights.h5 trained.keras --model model.keras",
            "  thaw convert weights.h5 whole.keras --model architecture.json"
        })
final class ConvertCommand implements Callable<Integer> {
    @ParentCommand private Thaw thaw;
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "IN", description = "A model, or weights with --model.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
    private Path out;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "The model that the weights of IN are for, where IN has weights alone; or its architecture, .json.")
    private Path modelFile;

    @Override
    public Integer call() {
        ModelTarget target = ModelTarget.of(out, spec.commandLine());
        FileCheck.input(in);
        try (Model model = modelFile == null ? ModelFile.load(in, null) : weightsInto()) {
            target.save(model);
            thaw.note("%s: %s", out, target.contents(model));
        }
        return 0;
    }

    private Model weightsInto() {
        if (KerasFiles.content(FileCheck.input(modelFile)) == KerasFiles.Content.ARCHITECTURE) {
            return ModelFile.load(modelFile, in);
        }
        Model model = ModelFile.load(modelFile, null);
        KerasFiles.loadWeights(model, in);
        return model;
    }
}
