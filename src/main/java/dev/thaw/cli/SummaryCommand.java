package dev.thaw.cli;

import dev.thaw.model.Model;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

@Command(
        name = "summary",
        header = "Prints a model's layers, output shapes and numbers of weights.",
        customSynopsis = "thaw summary FILE",
        footer = {"", "Example:", "  thaw summary model.keras"})
final class SummaryCommand implements Callable<Integer> {
    @ParentCommand private Thaw thaw;
    @Mixin private ModelFile file;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        try (Model model = file.openUncompiled(thaw.device())) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(Console.drawable(model.summary()));
            out.flush();
        }
        return 0;
    }
}
