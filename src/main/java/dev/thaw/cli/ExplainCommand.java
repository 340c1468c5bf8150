package dev.thaw.cli;

import dev.thaw.graph.Explanation;
import dev.thaw.layer.Mode;
import dev.thaw.model.Model;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

@Command(
        name = "explain",
        header = "Says for each layer in which mode it runs, and why.",
        customSynopsis = "thaw explain FILE [--training] [--freeze PATTERN].. [--thaw PATTERN]..",
        description =
                "And what gradients change, which moving statistics move, and what is random. With --freeze or --thaw, what they change in that too.",
        footer = {
            "",
            "Examples:",
            "  thaw explain model.keras                   as predict would run it",
            "  thaw explain model.keras --training        as fit would",
            "  thaw explain model.keras --training --freeze '*' --thaw 'head*'"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int NARROWEST = 60;

    @ParentCommand private Thaw thaw;
    @Mixin private ModelFile file;
    @Mixin private FreezeOptions flags;
    @Spec private CommandSpec spec;

    @Option(names = "--training", description = "Explain a step of fit; default is predict.")
    private boolean training;

    @Option(names = "--all", description = "List what is the same in every mode, too.")
    private boolean all;

    @Option(
            names = "--width",
            paramLabel = "CHARACTERS",
            description =
                    "How wide the tables are; without it, what the environment variable COLUMNS says, else as the terminal, else 100.")
    private Integer width;

    @Override
    public Integer call() {
        int characters = characters();
        try (Model model = file.open(thaw.device())) {
            Mode mode = training ? Mode.TRAINING : Mode.INFERENCE;
            Explanation before = model.explain(mode);
            flags.apply(model);
            Explanation after = model.explain(mode);
            PrintWriter out = spec.commandLine().getOut();
            String table = all ? after.toFullText(characters) : after.toText(characters);
            out.println(Console.drawable(table.stripTrailing()));
            if (flags.given()) {
                out.println();
                out.println(Console.drawable(changes(before.diff(after), characters)));
            }
            out.flush();
        }
        return 0;
    }

    private int characters() {
        if (width != null && width < NARROWEST) {
            throw new ParameterException(
                    spec.commandLine(), "--width must be at least " + NARROWEST + ", got " + width);
        }
        boolean terminal = System.console() != null && System.getenv("COLUMNS") == null;
        return width != null
                ? width
                : terminal ? spec.commandLine().getUsageHelpWidth() : Explanation.terminalWidth();
    }

    private String changes(Explanation.Difference difference, int characters) {
        if (difference.changes().isEmpty()) {
            return "Freezing and thawing changed nothing.";
        }
        String table = all ? difference.toFullText(characters) : difference.toText(characters);
        return "What freezing and thawing changed:\n" + table.stripTrailing();
    }
}
