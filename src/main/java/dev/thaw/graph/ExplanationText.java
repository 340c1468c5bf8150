package dev.thaw.graph;

import dev.thaw.graph.Explanation.Change;
import dev.thaw.graph.Explanation.Difference;
import dev.thaw.graph.Explanation.Entry;
import dev.thaw.layer.Mode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Explanations as texts for people: title, verdict, table, notes, legend, in this order. */
final class ExplanationText {
    private static final List<String> HEADER =
            List.of("Layer", "Runs in", "Why", "Gradient", "Statistics", "Random");
    private static final int LAYER = 0;
    private static final int SHORTEST_RUN = 3;

    private final int width;
    private final boolean all;
    private final StringBuilder text = new StringBuilder();

    /**
     * @param width characters a line
     * @param all whether to list what is the same in every mode, too
     */
    ExplanationText(int width, boolean all) {
        this.width = width;
        this.all = all;
    }

    String of(Explanation e) {
        say(
                e.given()
                        .map(m -> "%s, called in %s mode".formatted(e.model(), m.words()))
                        .orElse(e.model() + ", called without a mode"));
        say(e.verdict());
        List<Entry> listed = e.flatten().stream().filter(x -> all || x.modeMatters()).toList();
        if (!listed.isEmpty()) {
            table(listed);
        }
        e.notes().forEach(n -> say(" " + n));
        fold(e.flatten().stream().filter(x -> !listed.contains(x)).toList());
        legend(e, listed);
        return text.toString();
    }

    private void say(String line) {
        Table.wrap(line, width).forEach(l -> text.append(l).append(System.lineSeparator()));
    }

    /** Without the columns that say nothing. */
    private void table(List<Entry> entries) {
        List<List<String>> rows = new ArrayList<>();
        for (Entry e : entries) {
            rows.add(
                    List.of(
                            "  ".repeat(depth(e)) + leaf(e.label()),
                            e.modeWords(),
                            e.why(),
                            e.gradient(),
                            orDash(e.statisticsMove()),
                            orDash(e.random())));
        }
        List<Integer> columns = new ArrayList<>();
        for (int i = 0; i < HEADER.size(); i++) {
            int column = i;
            if (i == LAYER || rows.stream().anyMatch(r -> !r.get(column).equals("-"))) {
                columns.add(i);
            }
        }
        Table table = new Table(columns.stream().map(HEADER::get).toList());
        runs(rows).forEach(r -> table.row(columns.stream().map(r::get).toArray(String[]::new)));
        text.append(table.render(width));
    }

    /** Rows in a row that say the same of different layers become one. */
    private List<List<String>> runs(List<List<String>> rows) {
        List<List<String>> shorter = new ArrayList<>();
        for (int i = 0; i < rows.size(); ) {
            List<String> first = rows.get(i);
            int end = i + 1;
            while (end < rows.size() && alike(first, rows.get(end))) {
                end++;
            }
            if (all || end - i < SHORTEST_RUN) {
                shorter.addAll(rows.subList(i, end));
            } else {
                List<String> run = new ArrayList<>(first);
                String last = rows.get(end - 1).get(LAYER).strip();
                run.set(LAYER, "%s .. %s (%d)".formatted(first.get(LAYER), last, end - i));
                shorter.add(run);
            }
            i = end;
        }
        return shorter;
    }

    private static boolean alike(List<String> a, List<String> b) {
        return indent(a) == indent(b) && a.subList(1, a.size()).equals(b.subList(1, b.size()));
    }

    private static int indent(List<String> row) {
        return row.get(LAYER).length() - row.get(LAYER).strip().length();
    }

    private void fold(List<Entry> folded) {
        List<Entry> leaves = folded.stream().filter(e -> e.inner().isEmpty()).toList();
        if (leaves.isEmpty()) {
            return;
        }
        long changed = leaves.stream().filter(Entry::changes).count();
        long frozen = leaves.stream().filter(e -> !e.frozenWeights().isEmpty()).count();
        List<String> parts = new ArrayList<>();
        if (changed > 0) {
            parts.add(changed + (changed == 1 ? " changes" : " change"));
        }
        if (frozen > 0) {
            parts.add(frozen + (frozen == 1 ? " is frozen" : " are frozen"));
        }
        say(
                " Not listed: %s%s the same in every mode%s"
                        .formatted(
                                leaves.size(),
                                leaves.size() == 1 ? " call that does" : " calls that do",
                                parts.isEmpty() ? "." : "; " + String.join(", ", parts) + "."));
    }

    private void legend(Explanation e, List<Entry> listed) {
        if (listed.stream().anyMatch(x -> x.reason() == Resolution.Reason.FROZEN)) {
            say(" frozen: normalizes by its moving statistics and keeps them.");
        }
        if (e.given().equals(Optional.of(Mode.TRAINING)) && !listed.isEmpty()) {
            say(
                    " Gradient: \"changes\" names the weights that a step updates; it \"passes through\" to what lies below, \"stops here\", or is \"not reached\".");
        }
    }

    String of(Difference d) {
        if (d.changes().isEmpty()) {
            return "%s: nothing changed%s".formatted(d.model(), System.lineSeparator());
        }
        say(d.model() + ": what differs");
        say(d.verdict());
        Table table = new Table(List.of("Layer", "Before", "After"));
        List<List<String>> rows = new ArrayList<>();
        List<Change> listed = d.changes().stream().filter(c -> all || modeMatters(c)).toList();
        for (Change c : listed) {
            List<String> before = new ArrayList<>();
            List<String> after = new ArrayList<>();
            compare(c, before, after);
            rows.add(List.of(c.label(), String.join("; ", before), String.join("; ", after)));
        }
        runs(rows).forEach(r -> table.row(r.toArray(String[]::new)));
        if (!rows.isEmpty()) {
            text.append(table.render(width));
        }
        int folded = d.changes().size() - listed.size();
        if (folded > 0) {
            say(
                    " Not listed: %s%s in which nothing but the gradient differs."
                            .formatted(folded, folded == 1 ? " call" : " calls"));
        }
        return text.toString();
    }

    private static boolean modeMatters(Change c) {
        return c.before() == null
                || c.after() == null
                || c.before().modeMatters()
                || c.after().modeMatters();
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
        if (modeMatters(c)) {
            pair(mode(b), mode(a), before, after);
        }
        pair("gradient " + b.gradient(), "gradient " + a.gradient(), before, after);
        pair(moving(b), moving(a), before, after);
        pair("random: " + orDash(b.random()), "random: " + orDash(a.random()), before, after);
        if (before.isEmpty()) {
            pair(flag(b), flag(a), before, after); // a flag that nothing comes of in this mode
        }
    }

    private static String mode(Entry e) {
        return "%s (%s)".formatted(e.mode().words(), e.reason().words());
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
