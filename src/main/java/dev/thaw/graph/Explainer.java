package dev.thaw.graph;

import dev.thaw.graph.Explanation.Entry;
import dev.thaw.graph.Explanation.GradientFlow;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.op.Formula;
import dev.thaw.op.Gradients;
import dev.thaw.op.NoGradientException;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Program.Instruction;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Lowers a model without running it and reads off the ops what each call does. */
final class Explainer {
    /** Any batch above 1 gives the same ops. */
    private static final int BATCH = 2;

    /** What other unknown extents are tried with: windows may need more than a few cells. */
    private static final List<Integer> EXTENTS = List.of(BATCH, 32, 224);

    private final Program program = new Program();
    private final Network model;
    private final Optional<Mode> given;
    private final int extent;
    private Gradients.Flow flow = new Gradients.Flow(new HashSet<>(), Map.of());
    private String refusal = "";
    private List<Op> forward = List.of();
    private Set<Value> written = Set.of();

    private Explainer(Network model, Optional<Mode> given, int extent) {
        this.model = model;
        this.given = given;
        this.extent = extent;
    }

    static Explanation explain(Network model, Optional<Mode> given) {
        if (model.outputs().isEmpty()) {
            throw new IllegalStateException(
                    "%s: cannot be explained, as it is not built yet; call build(..) or give an Input first"
                            .formatted(model.name()));
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
                "%s: cannot be explained, as it fits none of the extents %s for the None in %s; give its Input known extents (%s)"
                        .formatted(model.name(), EXTENTS, model.inputShapes(), last.getMessage()),
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
        forward = program.instructions().stream().map(Instruction::op).toList();
        written = written(forward);
        if (trains()) {
            followGradient(root, tracer);
        }
        List<Entry> entries =
                root.inner().stream()
                        .filter(c -> !Network.isInput(c.layer()))
                        .map(this::entry)
                        .toList();
        Verdict verdict = new Verdict(given, refusal, entries);
        return new Explanation(model.name(), given, verdict.words(), entries, notes(entries));
    }

    private boolean trains() {
        return given.equals(Optional.of(Mode.TRAINING));
    }

    private String caller() {
        if (given.isEmpty()) {
            return "call";
        }
        return switch (given.get()) {
            case TRAINING -> "fit";
            case INFERENCE -> "evaluate, predict";
            case MONTE_CARLO -> "predictMonteCarlo";
        };
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
     * Where the loss's gradient flows. What the loss will be is not known here, so every output
     * counts; layers' own losses and the regularizers of trainable weights do in any case.
     */
    private void followGradient(Call root, Tracer tracer) {
        List<Value> from = new ArrayList<>(tracer.losses());
        root.outputs().stream().filter(v -> v.dtype() == DType.FLOAT32).forEach(from::add);
        List<Value> wanted = new ArrayList<>();
        Formula f = new Formula(program);
        for (Weight w : model.trainableWeights()) {
            Value v = program.variable(w.variable());
            wanted.add(v);
            if (w.spec().regularizer() != null) {
                w.spec().regularizer().lower(f, v).ifPresent(from::add);
            }
        }
        try {
            flow = Gradients.flow(program, from, wanted);
        } catch (NoGradientException e) {
            refusal = e.getMessage();
        }
    }

    private Entry entry(Call c) {
        Resolution r = c.resolution();
        boolean frozen = c.heldByFreeze();
        List<Op> own = ownOps(c);
        return new Entry(
                c.path(),
                c.number(),
                c.layer().className(),
                frozen ? Mode.INFERENCE : r.mode(),
                c.modeMatters(),
                frozen ? Resolution.Reason.FROZEN : r.reason(),
                why(c),
                c.layer().trainable(),
                gradientsChange(c, own),
                regularizersChange(c),
                frozenWeights(c),
                own.stream().flatMap(op -> op.updates().stream()).map(Value::name).toList(),
                own.stream().map(Op::randomness).filter(s -> !s.isEmpty()).toList(),
                flow(c),
                c.inner().stream()
                        .filter(i -> !Network.isInput(i.layer()))
                        .map(this::entry)
                        .toList());
    }

    private static String why(Call c) {
        Resolution r = c.resolution();
        if (c.heldByFreeze()) {
            return "frozen: trainable is false, else " + source(r);
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

    private List<String> gradientsChange(Call c, List<Op> own) {
        Set<Value> here = written(own);
        return names(c, v -> flow.passes(here, v));
    }

    /** The weights that get a gradient, but from no call of any layer. */
    private List<String> regularizersChange(Call c) {
        return names(c, this::isRegularizedAlone);
    }

    private boolean isRegularizedAlone(Value weight) {
        return flow.reaches(weight) && !flow.passes(written, weight);
    }

    private List<String> names(Call c, Predicate<Value> which) {
        return c.layer().ownWeights().stream()
                .filter(w -> which.test(program.variables().get(w.variable())))
                .map(w -> w.spec().name())
                .toList();
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
        if (!trains()) {
            return GradientFlow.NONE;
        }
        if (c.outputs().stream().noneMatch(flow::reaches)) {
            return GradientFlow.NOT_REACHED;
        }
        Set<Value> inside = written(forward.subList(c.firstStep(), c.endStep()));
        boolean goesOn =
                c.inputs().stream()
                        .anyMatch(
                                v ->
                                        flow.passes(inside, v)
                                                || c.outputs().contains(v) && flow.reaches(v));
        return goesOn ? GradientFlow.PASSES : GradientFlow.STOPS;
    }

    private static Set<Value> written(List<Op> ops) {
        return ops.stream().flatMap(op -> op.outputs().stream()).collect(Collectors.toSet());
    }

    /** The ops that the layer itself asked for, not those of the calls inside. */
    private List<Op> ownOps(Call c) {
        List<Op> ops = new ArrayList<>();
        int at = c.firstStep();
        for (Call inner : c.inner()) {
            ops.addAll(forward.subList(at, inner.firstStep()));
            at = inner.endStep();
        }
        ops.addAll(forward.subList(at, c.endStep()));
        return ops;
    }

    private List<String> notes(List<Entry> entries) {
        List<String> notes = new ArrayList<>();
        if (!trains() || !refusal.isEmpty()) {
            return notes;
        }
        if (!model.trainable()) {
            notes.add(
                    "Nothing is trained: the model itself is frozen (its own trainable is false).");
        }
        List<String> stops = new ArrayList<>();
        entries.forEach(e -> collectStops(e, stops));
        if (!stops.isEmpty()) {
            notes.add("The loss's gradient stops at %s.".formatted(String.join(", ", stops)));
        }
        for (Weight w : model.trainableWeights()) {
            Value v = program.variables().get(w.variable());
            if (!flow.reaches(v) || isRegularizedAlone(v)) {
                notes.add(
                        "%s/%s is trainable, but no output depends on it: %s"
                                .formatted(
                                        w.layer().name(),
                                        w.spec().name(),
                                        flow.reaches(v)
                                                ? "its regularizer alone changes it."
                                                : "it stays as it is, without weight decay or constraint."));
            }
        }
        return notes;
    }

    private static void collectStops(Entry e, List<String> into) {
        if (e.inner().isEmpty() && e.flow() == GradientFlow.STOPS) {
            into.add(e.label());
        }
        e.inner().forEach(i -> collectStops(i, into));
    }
}
