package dev.thaw.campaign;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came of the cases of one attack. */
public final class Tally {
    private final String attack;
    private final Map<Outcome.End, Integer> ends = new EnumMap<>(Outcome.End.class);
    private final List<String> faults = new ArrayList<>();
    private long longest;
    private double seconds;

    Tally(String attack) {
        this.attack = attack;
    }

    void add(Outcome.End end, long millis) {
        ends.merge(end, 1, Integer::sum);
        longest = Math.max(longest, millis);
    }

    void fault(long seed, Outcome o, String smallest) {
        add(o.end(), 0);
        faults.add(
                "%s seed %d: %s: %s%s"
                        .formatted(
                                attack,
                                seed,
                                o.end(),
                                o.detail(),
                                smallest.isEmpty() ? "" : "; smallest: choices=" + smallest));
    }

    void spent(double more) {
        seconds += more;
    }

    /** The cases that ended in this way. */
    public int count(Outcome.End end) {
        return ends.getOrDefault(end, 0);
    }

    /** All cases. */
    public int cases() {
        return ends.values().stream().mapToInt(n -> n).sum();
    }

    /** What is at fault, a line for each case. */
    public List<String> faults() {
        return faults;
    }

    /** A row of the report. */
    String row() {
        StringBuilder row =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "| %s | %,d | %.0f | %,d |",
                                attack,
                                cases(),
                                seconds,
                                longest));
        for (Outcome.End e : Outcome.End.values()) {
            row.append(String.format(Locale.ROOT, " %,d |", count(e)));
        }
        return row.toString();
    }

    static String head() {
        StringBuilder head = new StringBuilder("| attack | cases | seconds | longest case, ms |");
        StringBuilder line = new StringBuilder("| --- | --- | --- | --- |");
        for (Outcome.End e : Outcome.End.values()) {
            head.append(' ').append(e.name().toLowerCase(Locale.ROOT)).append(" |");
            line.append(" --- |");
        }
        return head + System.lineSeparator() + line;
    }
}
