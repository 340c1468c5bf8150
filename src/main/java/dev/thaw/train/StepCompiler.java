package dev.thaw.train;

import dev.thaw.backend.spi.Backend;
import dev.thaw.graph.Call;
import dev.thaw.graph.Network;
import dev.thaw.graph.Tracer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.Weight;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.Formula;
import dev.thaw.op.Gradients;
import dev.thaw.op.Guard;
import dev.thaw.op.Increment;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.BatchNormFolding;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Fusion;
import dev.thaw.plan.JoinedAverages;
import dev.thaw.plan.PadFusion;
import dev.thaw.plan.Pieces;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.optimizer.Optimizer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes the plans of a model: prediction, evaluation and training steps for one mode and shape of
 * the inputs each.
 */
final class StepCompiler {
    private static final Logger LOG = LoggerFactory.getLogger(StepCompiler.class);

    /** Of a gradient that the guard looks at. */
    private static final int WATCHED_SIZE = 4096;

    private final Network model;
    private final Backend backend;
    private final DeviceMemory memory;
    private final Variable randomStep = Variable.state("random_step", Tensor.scalar(0L));
    private final Variable health = Variable.state("health", Tensor.scalar(-1L));

    StepCompiler(Network model, Backend backend, DeviceMemory memory) {
        this.model = model;
        this.backend = backend;
        this.memory = memory;
    }

    /** Negative while all is well, else the step whose loss was not finite. */
    Variable health() {
        return health;
    }

    /** A program that has the model's forward pass, its call, and its outputs with their masks. */
    record Traced(
            Program program,
            List<Value> x,
            Call call,
            List<Objective.Output> outputs,
            List<Value> losses,
            boolean random) {}

    Traced trace(Mode mode, String who, Feeding feeding) {
        Program p = new Program();
        List<Value> x = new ArrayList<>();
        for (int i = 0; i < model.inputs().size(); i++) {
            Symbol input = model.inputs().get(i);
            x.add(p.input(input.node().layer().name(), feeding.x().get(i), input.dtype()));
        }
        Tracer tracer = new Tracer(p, randomStep);
        Call call = tracer.run(model, x, Optional.ofNullable(mode), who);
        List<Objective.Output> outputs =
                call.outputs().stream().map(v -> new Objective.Output(v, tracer.mask(v))).toList();
        return new Traced(p, x, call, outputs, tracer.losses(), tracer.usesRandom());
    }

    /** For how many samples to compile a forward pass. */
    BatchSizes sizes(Mode mode, Feeding feeding) {
        if (model.inputShapes().stream().anyMatch(s -> s.dim(0) != Shape.NONE)) {
            return BatchSizes.FIXED;
        }
        try {
            // of one sample nobody can tell whether it meets another one
            Traced t = trace(mode, "call", feeding.withRows(2));
            return BatchSizes.of(t.program, t.call.outputs());
        } catch (IllegalArgumentException e) {
            LOG.debug("{}: takes batches of its own sizes alone", model.name(), e);
            return BatchSizes.FIXED;
        }
    }

    /**
     * A forward pass whose outputs can be fetched.
     *
     * @param pieces whether others will run beside it
     */
    Step prediction(Mode mode, Feeding feeding, boolean pieces) {
        Traced t = trace(mode, "call", feeding);
        finishRandom(t);
        List<Value> out = t.call.outputs();
        Set<Value> fetched = Set.copyOf(out);
        fuse(t.program, fetched, Set.of());
        Backend lane = pieces ? backend.oneThreaded() : backend;
        Plan plan = new Plan(t.program, lane, memory, fetched);
        return new Step(
                plan,
                feeds(t, List.of()),
                out,
                List.of(),
                new Pieces(plan, feeding.rows(), backend));
    }

    /** A forward pass in inference that adds to the running sums. */
    Step evaluation(Objective objective, Feeding feeding) {
        Traced t = trace(Mode.INFERENCE, "evaluate", feeding);
        Objective.Emitted o = objective.emit(t.program, t.outputs, t.losses, feeding, "val_");
        finishRandom(t);
        fuse(t.program, Set.of(), Set.of());
        return new Step(
                plan(t.program, Set.of()),
                feeds(t, o.feeds()),
                t.call.outputs(),
                o.running(),
                null);
    }

    private static List<Feed> feeds(Traced t, List<Feed> others) {
        List<Feed> all = new ArrayList<>();
        for (int i = 0; i < t.x.size(); i++) {
            all.add(new Feed(t.x.get(i), Feed.Part.X, i));
        }
        all.addAll(others);
        return all;
    }

    /** Forward, loss, backward, update. */
    Step training(Objective objective, Optimizer optimizer, Feeding feeding) {
        Traced t = trace(Mode.TRAINING, "fit", feeding);
        Program p = t.program;
        warnOfSingleValues(p);
        Objective.Emitted o = objective.emit(p, t.outputs, t.losses, feeding, "");
        fuse(p, Set.of(), trained(p));
        List<Optimizer.Update> updates = differentiate(p, scaled(p, o.loss(), optimizer));
        p.setScope("optimizer");
        Value iteration = p.variable(optimizer.iterationsVariable());
        Value state = p.variable(health);
        p.emit(new Guard(watched(o.loss(), updates), iteration, state));
        if (!updates.isEmpty()) {
            Value rate = p.variable(optimizer.learningRateVariable());
            optimizer.lower(p, updates, new Optimizer.StepState(rate, iteration, state));
            // as in Keras, a step that has nothing to update does not count
            p.emit(new Increment(iteration));
        }
        finishRandom(t);
        return new Step(
                plan(p, Set.of()), feeds(t, o.feeds()), t.call.outputs(), o.running(), null);
    }

    /**
     * The loss and the small gradients. What is not finite in what a layer passes back goes on to
     * all layers below it, and comes to a bias or a scale there, each of which is a sum of it; to
     * look through the large ones as well would cost a twentieth of a step.
     */
    private static List<Value> watched(Value loss, List<Optimizer.Update> updates) {
        List<Value> all = new ArrayList<>(List.of(loss));
        for (Optimizer.Update u : updates) {
            if (u.gradient().size() <= WATCHED_SIZE) {
                all.add(u.gradient());
            }
        }
        return all;
    }

    private static Value scaled(Program p, Value loss, Optimizer optimizer) {
        Double factor = optimizer.options().lossScaleFactor();
        return factor == null ? loss : new Formula(p).affine(loss, factor, 0);
    }

    private List<Optimizer.Update> differentiate(Program p, Value loss) {
        Map<Value, Weight> wanted = new LinkedHashMap<>();
        for (Weight w : model.trainableWeights()) {
            wanted.put(p.variable(w.variable()), w);
        }
        if (wanted.isEmpty()) {
            LOG.warn(
                    "{}: nothing is trainable; fit computes the loss and moves statistics, and changes no weight",
                    model.name());
            return List.of();
        }
        Map<Value, Value> gradients = Gradients.of(p, loss, wanted.keySet());
        List<Optimizer.Update> updates = new ArrayList<>();
        wanted.forEach(
                (value, w) -> {
                    Variable variable = w.variable();
                    if (gradients.containsKey(value)) {
                        updates.add(
                                new Optimizer.Update(
                                        variable,
                                        value,
                                        gradients.get(value),
                                        w.spec().constraint()));
                    } else {
                        LOG.warn(
                                "{}: weight {} is trainable, but the loss does not depend on it",
                                model.name(),
                                variable);
                    }
                });
        return updates;
    }

    private void warnOfSingleValues(Program p) {
        for (Program.Instruction s : p.instructions()) {
            if (s.op() instanceof BatchNormTrain b && b.x().size() == b.mean().size()) {
                LOG.warn(
                        """
                        {}: a batch of one value per channel has variance 0: the output is beta \
                        whatever comes in, and the moving variance shrinks; use larger batches or \
                        freeze the layer""",
                        s.scope());
            }
        }
    }

    private void finishRandom(Traced t) {
        if (t.random) {
            t.program.setScope("random");
            t.program.emit(new Increment(t.program.variable(randomStep)));
        }
    }

    /** The weights that the optimizer is going to change. */
    private Set<Value> trained(Program p) {
        return model.trainableWeights().stream()
                .map(w -> p.variable(w.variable()))
                .collect(Collectors.toSet());
    }

    private void fuse(Program forward, Set<Value> kept, Set<Value> changing) {
        PadFusion.apply(forward, kept, backend);
        BatchNormFolding.apply(forward, kept, changing);
        Fusion.apply(forward, kept);
        JoinedAverages.apply(forward);
    }

    private Plan plan(Program p, Set<Value> fetched) {
        return new Plan(p, backend, memory, fetched);
    }

    /**
     * Runs the forward pass of a failed step again, without touching any state, and names the first
     * layer whose output is not finite; empty where every one is.
     *
     * @param behind how many steps have been launched since
     */
    String firstNonFinite(List<Tensor> x, int behind) {
        long now = randomStep.value().longs()[0];
        randomStep.assign(Tensor.scalar(Math.max(0, now - 1 - behind)));
        Traced t = trace(Mode.TRAINING, "fit", Feeding.of(x));
        List<Call> leaves = new ArrayList<>();
        collectLeaves(t.call, leaves);
        Set<Value> fetched = new HashSet<>();
        leaves.forEach(c -> fetched.addAll(c.outputs()));
        t.program.dropUpdates();
        try (Plan plan = plan(t.program, fetched)) {
            for (int i = 0; i < t.x.size(); i++) {
                plan.feed(t.x.get(i), x.get(i).cast(t.x.get(i).dtype()));
            }
            plan.run();
            for (Call c : leaves) {
                if (c.outputs().stream().anyMatch(v -> !isFinite(plan.fetch(v)))) {
                    return c.path();
                }
            }
        }
        return "";
    }

    private static void collectLeaves(Call call, List<Call> into) {
        if (call.inner().isEmpty()) {
            into.add(call);
        }
        call.inner().forEach(c -> collectLeaves(c, into));
    }

    private static boolean isFinite(Tensor t) {
        for (float f : t.floats()) {
            if (!Float.isFinite(f)) {
                return false;
            }
        }
        return true;
    }
}
