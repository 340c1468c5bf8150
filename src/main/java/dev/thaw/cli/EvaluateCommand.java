package dev.thaw.cli;

import dev.thaw.model.EvaluateOptions;
import dev.thaw.model.Model;
import dev.thaw.train.Compilation;
import dev.thaw.train.optimizer.SGD;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;

@Command(
        name = "evaluate",
        header = "Prints a model's loss and metrics on the rows of .npy files.",
        customSynopsis = "thaw evaluate FILE --x X.npy --y Y.npy [OPTIONS]",
        description =
                "Those that the file was compiled with, or those that the options name; a line 'name: value' each.",
        footer = {
            "",
            "Examples:",
            "  thaw evaluate model.keras --x x.npy --y y.npy",
            "  thaw evaluate model.keras --x x.npy --y y.npy --loss mse --metric mae"
        })
final class EvaluateCommand implements Callable<Integer> {
    @ParentCommand private Thaw thaw;
    @Mixin private ModelFile file;
    @Mixin private DataOptions data;
    @Mixin private LossOptions losses;
    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print a line of JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try (Model model = file.open(thaw.device())) {
            if (losses.given() || model.compilation().isEmpty()) {
                // evaluate takes no step, so any optimizer does where the file has none
                model.compile(
                        losses.apply(
                                model,
                                model.compilation()
                                        .map(Compilation::optimizer)
                                        .orElseGet(SGD::new)));
            }
            Map<String, Double> results =
                    model.evaluate(data.read(model), EvaluateOptions.batchSize(data.batchSize()));
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(HistoryFile.json(results));
                out.flush();
            } else {
                Results.print(out, results);
            }
        }
        return 0;
    }
}
