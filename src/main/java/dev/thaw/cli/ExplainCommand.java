package dev.thaw.cli;

import dev.thaw.graph.Explanation;
import dev.thaw.layer.Mode;
import dev.thaw.model.Model;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

@Command(
        name = "explain",
        header = "Says for each layer in which mode it runs, and why.",
        customSynopsis = "thaw explain FILE [--training] [--freeze PATTERN].. [--thaw PATTERN]..",
        description =
                "And what gradients change, which moving statistics move, and what is random. With"
                        + " --freeze or --thaw, what they change in that too.",
        footer = {
            "",
            "Examples:",
            "  thaw explain model.keras                   as predict would run it",
            "  thaw explain model.keras --training        as fit would",
            "  thaw explain model.keras --training --freeze '*' --thaw 'head*'"
        })
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand private Thaw thaw;
    @Mixin private ModelFile file;
    @Mixin private FreezeOptions flags;
    @Spec private CommandSpec spec;

    @Option(names = "--training", description = "Explain a step of fit; default is predict.")
    private boolean training;

    @Override
    public Integer call() {
        try (Model model = file.open(thaw.device())) {
            Mode mode = training ? Mode.TRAINING : Mode.INFERENCE;
            Explanation before = model.explain(mode);
            flags.apply(model);
            Explanation after = model.explain(mode);
            PrintWriter out = spec.commandLine().getOut();
            out.println(Console.drawable(after.toString().stripTrailing()));
            if (flags.given()) {
                out.println();
                out.println(Console.drawable(changes(before.diff(after))));
            }
            out.flush();
        }
        return 0;
    }

    private static String changes(Explanation.Difference difference) {
        return difference.changes().isEmpty()
                ? "Freezing and thawing changed nothing."
                : "What freezing and thawing changed:\n" + difference.toString().stripTrailing();
    }
}
