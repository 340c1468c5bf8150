package dev.thaw.graph;

import dev.thaw.graph.Explanation.Change;
import dev.thaw.graph.Explanation.Difference;
import dev.thaw.graph.Explanation.Entry;

import java.util.ArrayList;
import java.util.List;

/** Explanations as tables for people. */
final class ExplanationText {
    private ExplanationText() {}

    static String of(Explanation e, int width) {
        Table table =
                new Table(List.of("Layer", "Runs in", "Why", "Gradient", "Statistics", "Random"));
        for (Entry entry : e.flatten()) {
            table.row(
                    "  ".repeat(depth(entry)) + leaf(entry.label()),
                    entry.modeWords(),
                    entry.why(),
                    entry.gradient(),
                    orDash(entry.statisticsMove()),
                    orDash(entry.random()));
        }
        StringBuilder s = new StringBuilder(e.model());
        s.append(
                e.given() == null
                        ? ", called without a mode"
                        : ", called in " + e.given().words() + " mode");
        s.append(System.lineSeparator()).append(e.verdict()).append(System.lineSeparator());
        s.append(table.render(width));
        e.notes().forEach(n -> s.append(' ').append(n).append(System.lineSeparator()));
        return s.toString();
    }

    static String of(Difference d, int width) {
        if (d.changes().isEmpty()) {
            return d.model() + ": nothing changed" + System.lineSeparator();
        }
        Table table = new Table(List.of("Layer", "Before", "After"));
        for (Change c : d.changes()) {
            Entry named = c.after() != null ? c.after() : c.before();
            List<String> before = new ArrayList<>();
            List<String> after = new ArrayList<>();
            compare(c, before, after);
            table.row(named.label(), String.join("; ", before), String.join("; ", after));
        }
        return d.model() + ": what differs" + System.lineSeparator() + table.render(width);
    }

    /** Keeps only what differs. */
    private static void compare(Change c, List<String> before, List<String> after) {
        if (c.before() == null || c.after() == null) {
            before.add(c.before() == null ? "absent" : "present");
            after.add(c.after() == null ? "absent" : "present");
            return;
        }
        Entry b = c.before();
        Entry a = c.after();
        pair(
                b.modeMatters() || a.modeMatters()
                        ? b.mode().words() + " (" + b.reason().words() + ")"
                        : "",
                b.modeMatters() || a.modeMatters()
                        ? a.mode().words() + " (" + a.reason().words() + ")"
                        : "",
                before,
                after);
        pair("gradient " + b.gradient(), "gradient " + a.gradient(), before, after);
        pair(moving(b), moving(a), before, after);
        pair("random: " + orDash(b.random()), "random: " + orDash(a.random()), before, after);
        if (before.isEmpty()) {
            pair(flag(b), flag(a), before, after); // a flag that nothing comes of in this mode
        }
    }

    private static String flag(Entry e) {
        return e.trainable() ? "trainable" : "frozen";
    }

    private static String moving(Entry e) {
        return e.statisticsMove().isEmpty()
                ? "statistics stay"
                : String.join(", ", e.statisticsMove()) + " move";
    }

    private static void pair(String b, String a, List<String> before, List<String> after) {
        if (!b.equals(a)) {
            before.add(b);
            after.add(a);
        }
    }

    private static String orDash(List<String> words) {
        return words.isEmpty() ? "-" : String.join(", ", words);
    }

    private static int depth(Entry e) {
        return (int) e.path().chars().filter(c -> c == '/').count();
    }

    private static String leaf(String label) {
        return label.substring(label.lastIndexOf('/') + 1);
    }
}
