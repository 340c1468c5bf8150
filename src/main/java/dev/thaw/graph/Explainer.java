package dev.thaw.graph;

import dev.thaw.graph.Explanation.Entry;
import dev.thaw.graph.Explanation.GradientFlow;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.op.AlphaDropout;
import dev.thaw.op.Dropout;
import dev.thaw.op.GaussianDropout;
import dev.thaw.op.GaussianNoise;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Uniform;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lowers a model without running it and reads off the ops what each call does. */
final class Explainer {
    /** Any batch above 1 gives the same ops. */
    private static final int BATCH = 2;

    /** What other unknown extents are tried with: windows may need more than a few cells. */
    private static final List<Integer> EXTENTS = List.of(BATCH, 32, 224);

    private final Program program = new Program();
    private final Network model;
    private final Mode given;
    private final Set<Value> dependent = new HashSet<>();
    private final Set<Value> useful = new HashSet<>();
    private final Set<Value> regularized = new HashSet<>();
    private final int extent;

    private Explainer(Network model, Mode given, int extent) {
        this.model = model;
        this.given = given;
        this.extent = extent;
    }

    static Explanation explain(Network model, Mode given) {
        if (model.outputs().isEmpty()) {
            throw new IllegalStateException(
                    model.name()
                            + ": cannot be explained, as it is not built yet; call build(..) or give"
                            + " an Input first");
        }
        if (model.inputShapes().stream().allMatch(Explainer::lacksBatchAlone)) {
            return new Explainer(model, given, BATCH).run();
        }
        RuntimeException last = null;
        for (int extent : EXTENTS) {
            try {
                return new Explainer(model, given, extent).run();
            } catch (IllegalArgumentException | IllegalStateException e) {
                last = e;
            }
        }
        throw new IllegalStateException(
                model.name()
                        + ": cannot be explained, as it fits none of the extents "
                        + EXTENTS
                        + " for the None in "
                        + model.inputShapes()
                        + "; give its Input known extents ("
                        + last.getMessage()
                        + ")",
                last);
    }

    private static boolean lacksBatchAlone(Shape input) {
        return input.rank() == 0 || input.sub(1, input.rank()).isKnown();
    }

    private Explanation run() {
        List<Value> inputs = new ArrayList<>();
        model.inputs()
                .forEach(
                        s ->
                                inputs.add(
                                        program.input(
                                                s.node().layer().name(),
                                                known(s.shape()),
                                                s.dtype())));
        Tracer tracer = new Tracer(program, Variable.state("random_step", Tensor.scalar(0L)));
        Call root = tracer.run(model, inputs, given, caller());
        if (given == Mode.TRAINING) {
            traceGradient(root, tracer);
        }
        List<Entry> entries =
                root.inner().stream()
                        .filter(c -> !Network.isInput(c.layer()))
                        .map(this::entry)
                        .toList();
        return new Explanation(model.name(), given, entries, notes(entries));
    }

    private String caller() {
        return given == Mode.TRAINING
                ? "fit"
                : given == Mode.INFERENCE ? "evaluate, predict" : "predictMonteCarlo";
    }

    private Shape known(Shape shape) {
        Shape s = shape;
        for (int i = 0; i < s.rank(); i++) {
            if (s.dim(i) == Shape.NONE) {
                s = s.withDim(i, i == 0 ? BATCH : extent);
            }
        }
        return s;
    }

    /**
     * What depends on a trainable weight, and what the outputs depend on: the gradient lives where
     * both hold.
     */
    private void traceGradient(Call root, Tracer tracer) {
        for (Weight w : model.trainableWeights()) {
            Value v = program.variable(w.variable());
            dependent.add(v);
            if (w.spec().regularizer() != null) {
                regularized.add(v);
            }
        }
        for (Program.Step s : program.steps()) {
            if (s.op().inputs().stream().anyMatch(dependent::contains)) {
                dependent.addAll(s.op().outputs());
            }
        }
        useful.addAll(root.outputs());
        useful.addAll(tracer.losses());
        for (int i = program.steps().size() - 1; i >= 0; i--) {
            Op op = program.steps().get(i).op();
            if (op.outputs().stream().anyMatch(useful::contains)) {
                useful.addAll(op.inputs());
            }
        }
    }

    private Entry entry(Call c) {
        Resolution r = c.resolution();
        boolean frozen = c.heldByFreeze();
        return new Entry(
                c.path(),
                c.number(),
                c.layer().className(),
                frozen ? Mode.INFERENCE : r.mode(),
                c.modeMatters(),
                frozen ? Resolution.Reason.FROZEN : r.reason(),
                why(c),
                c.layer().trainable(),
                gradientsChange(c),
                frozenWeights(c),
                ownOps(c).stream()
                        .filter(MovingAverage.class::isInstance)
                        .flatMap(op -> ((MovingAverage) op).moving().stream())
                        .map(Value::name)
                        .toList(),
                ownOps(c).stream().map(Explainer::random).filter(s -> !s.isEmpty()).toList(),
                flow(c),
                c.inner().stream()
                        .filter(i -> !Network.isInput(i.layer()))
                        .map(this::entry)
                        .toList());
    }

    private static String why(Call c) {
        Resolution r = c.resolution();
        if (c.heldByFreeze()) {
            return "frozen: "
                    + source(r)
                    + ", but trainable is false, so its statistics are used and kept";
        }
        if (!c.modeMatters()) {
            return "the same in every mode";
        }
        return source(r);
    }

    private static String source(Resolution r) {
        return switch (r.reason()) {
            case EXPLICIT -> "explicit: " + r.origin() + " says " + r.mode().words();
            case BAKED ->
                    "baked: the graph calls " + r.origin() + " in " + r.mode().words() + " mode";
            case INHERITED -> "inherited: " + r.mode().words() + " from " + r.origin();
            case OWN_DEFAULT -> "own default of " + r.origin() + ": " + r.mode().words();
            case DEFAULT, FROZEN -> "default: nobody gives a mode";
        };
    }

    private List<String> gradientsChange(Call c) {
        List<String> names = new ArrayList<>();
        for (Weight w : c.layer().ownWeights()) {
            Value v = program.variables().get(w.variable());
            if (dependent.contains(v) && useful.contains(v) || regularized.contains(v)) {
                names.add(w.spec().name());
            }
        }
        return names;
    }

    /** The weights that would train if nothing were frozen. */
    private List<String> frozenWeights(Call c) {
        return c.layer().ownWeights().stream()
                .filter(w -> w.spec().trainable())
                .filter(w -> !w.variable().trainable() || !model.trainable())
                .map(w -> w.spec().name())
                .toList();
    }

    private GradientFlow flow(Call c) {
        if (given != Mode.TRAINING) {
            return GradientFlow.NONE;
        }
        boolean arrives =
                c.outputs().stream().anyMatch(v -> dependent.contains(v) && useful.contains(v));
        boolean goesOn = c.inputs().stream().anyMatch(dependent::contains);
        return !arrives
                ? GradientFlow.NOT_REACHED
                : goesOn ? GradientFlow.PASSES : GradientFlow.STOPS;
    }

    private List<Op> ownOps(Call c) {
        List<Op> ops = new ArrayList<>();
        int at = c.firstStep();
        for (Call inner : c.inner()) {
            addOps(at, inner.firstStep(), ops);
            at = inner.endStep();
        }
        addOps(at, c.endStep(), ops);
        return ops;
    }

    private void addOps(int from, int to, List<Op> into) {
        program.steps().subList(from, to).forEach(s -> into.add(s.op()));
    }

    private static String random(Op op) {
        if (op instanceof Dropout d) {
            return "drops " + percent(d.rate());
        } else if (op instanceof AlphaDropout d) {
            return "drops " + percent(d.rate());
        } else if (op instanceof GaussianDropout d) {
            return "multiplies noise, sd " + (float) d.stddev();
        } else if (op instanceof GaussianNoise d) {
            return "adds noise, sd " + (float) d.stddev();
        }
        return op instanceof Uniform ? "changes images" : "";
    }

    private static String percent(double rate) {
        return (float) (rate * 100) + "%";
    }

    private List<String> notes(List<Entry> entries) {
        List<String> notes = new ArrayList<>();
        List<Entry> all = new ArrayList<>();
        entries.forEach(e -> leaves(e, all));
        if (given == Mode.TRAINING) {
            gradientNote(all, notes);
        }
        long moving = all.stream().filter(e -> !e.statisticsMove().isEmpty()).count();
        notes.add(
                moving == 0
                        ? "No moving statistics change."
                        : "Moving statistics change in "
                                + moving
                                + (moving == 1 ? " layer." : " layers."));
        return notes;
    }

    private void gradientNote(List<Entry> leaves, List<String> notes) {
        long weights = model.trainableWeights().size();
        if (!model.trainable()) {
            notes.add(
                    "Nothing is trained: the model itself is frozen (its own trainable is false).");
        } else if (weights == 0) {
            notes.add("Nothing is trained: every weight is frozen.");
        } else {
            List<String> stops =
                    leaves.stream()
                            .filter(e -> e.flow() == GradientFlow.STOPS)
                            .map(Entry::label)
                            .toList();
            notes.add(
                    stops.isEmpty()
                            ? "The outputs' gradient reaches no trainable weight."
                            : "The loss's gradient stops at " + String.join(", ", stops) + ".");
        }
        for (Weight w : model.trainableWeights()) {
            Value v = program.variables().get(w.variable());
            if (v == null || !useful.contains(v)) {
                notes.add(
                        w.layer().name()
                                + "/"
                                + w.spec().name()
                                + " is trainable, but no output depends on it"
                                + (regularized.contains(v)
                                        ? ": its regularizer alone changes it."
                                        : "."));
            }
        }
    }

    private static void leaves(Entry e, List<Entry> into) {
        if (e.inner().isEmpty()) {
            into.add(e);
        }
        e.inner().forEach(i -> leaves(i, into));
    }
}
