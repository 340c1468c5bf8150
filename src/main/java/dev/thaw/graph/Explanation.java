package dev.thaw.graph;

import dev.thaw.layer.Mode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What one call of a model does, layer by layer, and why. It is read off the very ops that would
 * run, and their own gradient rules say where the gradient flows. What the loss will be it does not
 * know: every output counts. A step updates the weights that are said to change, weight decay and
 * constraints included, and leaves all others as they are.
 *
 * @param model the model's name
 * @param given the mode that the call is given; empty for none
 * @param verdict what the call changes, in one or two sentences
 * @param layers the calls directly inside the model, in running order
 * @param notes what is worth knowing about the whole
 */
public record Explanation(
        String model,
        Optional<Mode> given,
        String verdict,
        List<Entry> layers,
        List<String> notes) {
    /** What becomes of the loss's gradient at a layer. */
    public enum GradientFlow {
        /** Nothing is differentiated in this mode. */
        NONE("-"),
        /** The gradient arrives and goes on to what lies below. */
        PASSES("passes through"),
        /** The gradient arrives and ends here: nothing below it can be trained. */
        STOPS("stops here"),
        /** The gradient never arrives. */
        NOT_REACHED("not reached");

        private final String words;

        GradientFlow(String words) {
            this.words = words;
        }

        /** The flow in lower case, for people. */
        public String words() {
            return words;
        }
    }

    /**
     * One call of one layer.
     *
     * @param path the names from the model's layers down to this one, joined by '/'
     * @param call which call of this layer, from 0
     * @param type the layer's class
     * @param mode the mode that it runs in; a frozen batch normalization runs in inference
     * @param modeMatters whether it would do anything else in another mode
     * @param reason the rule that decided
     * @param why the rule in words
     * @param trainable the layer's own flag
     * @param gradientsChange its weights that get a gradient from this call
     * @param regularizersChange its weights that get a gradient from their regularizers alone
     * @param frozenWeights its weights that gradients would change if nothing were frozen
     * @param statisticsMove its moving statistics that the call changes
     * @param random what it draws random numbers for
     * @param flow what becomes of the loss's gradient
     * @param inner the calls inside
     */
    public record Entry(
            String path,
            int call,
            String type,
            Mode mode,
            boolean modeMatters,
            Resolution.Reason reason,
            String why,
            boolean trainable,
            List<String> gradientsChange,
            List<String> regularizersChange,
            List<String> frozenWeights,
            List<String> statisticsMove,
            List<String> random,
            GradientFlow flow,
            List<Entry> inner) {

        /** The path, and the number of the call from the second one on. */
        public String label() {
            return call == 0 ? path : path + " (call " + (call + 1) + ")";
        }

        List<Entry> flatten() {
            List<Entry> all = new ArrayList<>(List.of(this));
            inner.forEach(e -> all.addAll(e.flatten()));
            return all;
        }

        String gradient() {
            List<String> words = new ArrayList<>();
            if (!gradientsChange.isEmpty()) {
                words.add("changes " + String.join(", ", gradientsChange));
            }
            if (!regularizersChange.isEmpty()) {
                words.add("the regularizer alone changes " + String.join(", ", regularizersChange));
            }
            if (words.isEmpty() && !frozenWeights.isEmpty() && flow != GradientFlow.NONE) {
                words.add("frozen");
            }
            if (gradientsChange.isEmpty() || flow != GradientFlow.PASSES) {
                words.add(flow.words());
            }
            return String.join("; ", words);
        }

        /** Whether a step changes any of its weights. */
        boolean changes() {
            return !gradientsChange.isEmpty() || !regularizersChange.isEmpty();
        }

        String modeWords() {
            return modeMatters ? mode.words() : "any";
        }
    }

    /** All calls, those inside after the one that holds them. */
    public List<Entry> flatten() {
        return layers.stream().flatMap(e -> e.flatten().stream()).toList();
    }

    /** The first call of the layer at this path. */
    public Entry at(String path) {
        return flatten().stream()
                .filter(e -> e.path.equals(path))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s: no layer at '%s'; there are %s"
                                                .formatted(
                                                        model,
                                                        path,
                                                        flatten().stream()
                                                                .map(Entry::path)
                                                                .toList())));
    }

    /** What changed from this explanation to a later one of the same model. */
    public Difference diff(Explanation after) {
        Objects.requireNonNull(after, "after");
        Map<String, Entry> before = new LinkedHashMap<>();
        flatten().forEach(e -> before.put(e.label(), e));
        List<Change> changes = new ArrayList<>();
        for (Entry e : after.flatten()) {
            Entry old = before.remove(e.label());
            if (!same(old, e)) {
                changes.add(new Change(old, e));
            }
        }
        before.values().forEach(old -> changes.add(new Change(old, null)));
        return new Difference(model, List.copyOf(changes));
    }

    private static boolean same(Entry a, Entry b) {
        return a != null
                && a.modeMatters == b.modeMatters
                && (!a.modeMatters || a.mode == b.mode && a.reason == b.reason)
                && a.trainable == b.trainable
                && Objects.equals(a.frozenWeights, b.frozenWeights)
                && a.flow == b.flow
                && Objects.equals(a.gradientsChange, b.gradientsChange)
                && Objects.equals(a.regularizersChange, b.regularizersChange)
                && Objects.equals(a.statisticsMove, b.statisticsMove)
                && Objects.equals(a.random, b.random);
    }

    /**
     * A call that does something else than before.
     *
     * @param before as it was; null where the call is new
     * @param after as it is; null where the call is gone
     */
    public record Change(Entry before, Entry after) {
        String label() {
            return (after == null ? before : after).label();
        }
    }

    /**
     * The calls of a model that do something else than before.
     *
     * @param model the model's name
     * @param changes in running order
     */
    public record Difference(String model, List<Change> changes) {
        /** What differs, in one sentence. */
        public String verdict() {
            return Verdict.of(this);
        }

        /** A text of this many characters a line: what differs in modes, statistics, draws. */
        public String toText(int width) {
            return new ExplanationText(width, false).of(this);
        }

        /** As {@link #toText}, with the calls in which nothing but the gradient differs. */
        public String toFullText(int width) {
            return new ExplanationText(width, true).of(this);
        }

        /** A text for a terminal of the width that {@code COLUMNS} says, else 100. */
        @Override
        public String toString() {
            return toText(Table.terminalWidth());
        }
    }

    /**
     * A text of this many characters a line; calls that are the same in every mode are left out.
     */
    public String toText(int width) {
        return new ExplanationText(width, false).of(this);
    }

    /** As {@link #toText}, with every call. */
    public String toFullText(int width) {
        return new ExplanationText(width, true).of(this);
    }

    /** The characters a line that {@code COLUMNS} says where the shell exports it, else 100. */
    public static int terminalWidth() {
        return Table.terminalWidth();
    }

    /** A text for a terminal of {@link #terminalWidth}. */
    @Override
    public String toString() {
        return toText(Table.terminalWidth());
    }
}
