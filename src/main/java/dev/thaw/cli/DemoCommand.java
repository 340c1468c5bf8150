package dev.thaw.cli;

import dev.thaw.demo.Demo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

import java.nio.file.Path;
import java.util.concurrent.Callable;

@Command(
        name = "demo",
        header = "Runs the demonstration; so does thaw without a command.",
        customSynopsis = "thaw demo [-o FOLDER]",
        description =
                "On real digits: train a network, freeze it, give it a new head, thaw it and fine-tune it, explained at each step. Takes about half a minute.")
final class DemoCommand implements Callable<Integer> {
    static final String FOLDER = "target/demo";

    @ParentCommand private Thaw thaw;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            defaultValue = FOLDER,
            description = "Where the report goes; default ${DEFAULT-VALUE}.")
    private Path folder;

    @Override
    public Integer call() {
        Demo.run(thaw.device(), folder);
        return 0;
    }
}
