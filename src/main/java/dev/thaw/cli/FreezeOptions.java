package dev.thaw.cli;

import dev.thaw.graph.Selection;
import dev.thaw.model.Model;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;

/** Which layers to freeze and to thaw, before anything else. */
final class FreezeOptions {
    private static final String UNTIL = "until:";
    private static final String FROM = "from:";

    @Option(
            names = "--freeze",
            paramLabel = "PATTERN",
            description =
                    "Freeze these layers: a name, with * for any letters, and all inside it; until:NAME, all before that layer; from:NAME, it and all after it. Repeatable.")
    private List<String> freeze = new ArrayList<>();

    @Option(
            names = "--thaw",
            paramLabel = "PATTERN",
            description =
                    "Thaw these layers, after all freezing: --freeze '*' --thaw 'head'. Repeatable.")
    private List<String> thaw = new ArrayList<>();

    /** Whether any is given. */
    boolean given() {
        return !freeze.isEmpty() || !thaw.isEmpty();
    }

    /** Changes the model's flags. */
    void apply(Model model) {
        freeze.forEach(p -> model.freeze(selection(p)));
        thaw.forEach(p -> model.thaw(selection(p)));
    }

    private static Selection selection(String pattern) {
        if (pattern.startsWith(UNTIL)) {
            return Selection.until(pattern.substring(UNTIL.length()));
        }
        return pattern.startsWith(FROM)
                ? Selection.from(pattern.substring(FROM.length()))
                : Selection.matching(pattern);
    }
}
