package dev.thaw.graph;

import dev.thaw.graph.Explanation.Change;
import dev.thaw.graph.Explanation.Difference;
import dev.thaw.graph.Explanation.Entry;
import dev.thaw.layer.Mode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a call of a model changes, in two sentences: of the weights, and of everything else.
 *
 * @param given the mode that the call is given, empty for none
 * @param refusal why such a step is refused; empty where it is not
 * @param layers the calls directly inside the model
 */
record Verdict(Optional<Mode> given, String refusal, List<Entry> layers) {
    /** A sentence names so many layers at most. */
    private static final int NAMED = 3;

    String words() {
        return "%s %s".formatted(ofWeights(), ofStates());
    }

    private String ofWeights() {
        if (given.isEmpty()) {
            return "Without a mode nothing is trained.";
        }
        if (given.get() != Mode.TRAINING) {
            return "In %s mode nothing is trained.".formatted(given.get().words());
        }
        if (!refusal.isEmpty()) {
            return "A step of fit is refused (%s).".formatted(refusal);
        }
        int frozen = paths(e -> !e.frozenWeights().isEmpty()).size();
        List<String> trained = paths(Entry::changes);
        String first =
                frozen == 0
                        ? "Nothing is frozen; "
                        : count(frozen, "layer is", "layers are") + " frozen; ";
        if (trained.isEmpty()) {
            return first + "gradients change no weight.";
        }
        return "%sgradients change the weights of %s: %s."
                .formatted(first, count(trained.size(), "layer", "layers"), named(trained));
    }

    private String ofStates() {
        List<String> moving = paths(e -> !e.statisticsMove().isEmpty());
        List<String> random = paths(e -> !e.random().isEmpty());
        String draws =
                random.isEmpty()
                        ? "nothing is random."
                        : "%s %s random numbers."
                                .formatted(named(random), random.size() == 1 ? "draws" : "draw");
        if (moving.isEmpty()) {
            return "No moving statistics move; " + draws;
        }
        return "%s statistics: %s; %s"
                .formatted(
                        count(
                                moving.size(),
                                kind() + " WILL move its",
                                kind() + "s WILL move their"),
                        named(moving),
                        draws);
    }

    private String kind() {
        boolean usual =
                all().stream()
                        .filter(e -> !e.statisticsMove().isEmpty())
                        .allMatch(e -> e.type().equals("BatchNormalization"));
        return usual ? "batch normalization" : "layer";
    }

    private List<Entry> all() {
        List<Entry> all = new ArrayList<>();
        layers.forEach(e -> all.addAll(e.flatten()));
        return all;
    }

    /** What begins and what ends from one explanation to another. */
    static String of(Difference d) {
        List<String> parts = new ArrayList<>();
        turn(d, Entry::changes, "trained", parts);
        turn(d, e -> !e.statisticsMove().isEmpty(), "moving statistics", parts);
        turn(d, e -> !e.random().isEmpty(), "random", parts);
        return parts.isEmpty()
                ? "Nothing begins or ends to change."
                : "Now " + String.join("; ", parts) + ".";
    }

    private static void turn(
            Difference d, Predicate<Entry> which, String words, List<String> into) {
        List<String> begin = new ArrayList<>();
        List<String> end = new ArrayList<>();
        for (Change c : d.changes()) {
            boolean before = c.before() != null && which.test(c.before());
            boolean after = c.after() != null && which.test(c.after());
            if (before != after) {
                (after ? begin : end).add(c.label());
            }
        }
        if (!begin.isEmpty()) {
            into.add("%s: %s".formatted(words, counted(begin)));
        }
        if (!end.isEmpty()) {
            into.add("not %s: %s".formatted(words, counted(end)));
        }
    }

    private static String counted(List<String> labels) {
        return labels.size() <= NAMED
                ? named(labels)
                : labels.size() + " layers (" + named(labels) + ")";
    }

    /** Each layer once, however often it is called. */
    private List<String> paths(Predicate<Entry> which) {
        return all().stream().filter(which).map(Entry::path).distinct().toList();
    }

    private static String named(List<String> paths) {
        String first = String.join(", ", paths.subList(0, Math.min(NAMED, paths.size())));
        return paths.size() <= NAMED ? first : first + " and " + (paths.size() - NAMED) + " more";
    }

    private static String count(int n, String one, String more) {
        return "%s %s".formatted(n, n == 1 ? one : more);
    }
}
