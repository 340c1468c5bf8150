package dev.thaw.train;

import dev.thaw.backend.spi.Backend;
import dev.thaw.data.Batch;
import dev.thaw.graph.Network;
import dev.thaw.layer.Mode;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.apiguardian.api.API;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A model's compiled steps on a backend. Plans are compiled when first needed and kept, keyed by
 * what they are specialised to: purpose, mode, shapes of the batch and the freeze pattern, which is
 * read before every step, so that a changed {@code trainable} takes effect at once. The weights
 * stay on the device until {@link #close}.
 *
 * <p>One thing runs at a time, in its turn; within a training, other threads may look at the
 * weights between two steps.
 */
@API(status = API.Status.INTERNAL)
public final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final int PATIENCE_SECONDS = 5;
    private static final int PAUSE_MILLIS = 20;

    private final Network model;
    private final StepCompiler compiler;
    private final StepCache steps;
    private final InputCheck check;
    private final Watch watch;
    private Compilation compilation;
    private Objective objective;
    private final ReentrantLock turn = new ReentrantLock();

    /** Held while a step changes weights; fair, so that who waits gets in after the step. */
    private final ReentrantLock step = new ReentrantLock(true);

    private volatile boolean training;
    private volatile boolean closing;
    private boolean closed;

    /** The model's graph may come later, before the first batch. */
    public Session(Network model, Backend backend) {
        this.model = model;
        DeviceMemory memory = DeviceMemory.of(backend);
        steps = new StepCache(model, memory);
        compiler = new StepCompiler(model, backend, memory);
        check = new InputCheck(model);
        watch = new Watch(model, compiler, backend.asynchronous());
    }

    /** Fixes optimizer, losses and metrics. State that the optimizer has stays. */
    public void compile(Compilation value) {
        inTurn(
                () -> {
                    refuseWhileTraining("compile");
                    Objective fresh = new Objective(model, value);
                    steps.close();
                    compilation = value;
                    objective = fresh;
                    return null;
                });
    }

    /**
     * Runs one thing at a time: callbacks may look at the model that trains, other threads wait.
     */
    private <T> T inTurn(Supplier<T> work) {
        if (step.isHeldByCurrentThread() && !turn.isHeldByCurrentThread()) {
            takeTurnBetweenSteps();
        } else {
            turn.lock();
        }
        try {
            requireOpen();
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    /** A training has the turn until its end, and does not go on before this thread does. */
    private void takeTurnBetweenSteps() {
        try {
            while (!turn.tryLock(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (training) {
                    throw new IllegalStateException(
                            """
                            %s: work between two steps of fit cannot run the model, as fit has it \
                            until its end and waits for that work; read or save the weights \
                            there, and predict in a callback or after fit"""
                                    .formatted(model.name()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "%s: the thread was interrupted while it waited for its turn"
                            .formatted(model.name()),
                    e);
        }
    }

    /** Does work that needs a loss in its turn. */
    public <T> T compiled(String what, Supplier<T> work) {
        return inTurn(
                () -> {
                    requireCompiled(what);
                    return work.get();
                });
    }

    /** Does work that runs training steps in its turn; never one within another. */
    public <T> T training(String what, Supplier<T> work) {
        return compiled(
                what,
                () -> {
                    refuseWhileTraining(what);
                    training = true;
                    try {
                        return work.get();
                    } finally {
                        training = false;
                    }
                });
    }

    /** Does work while no step of training changes a weight. */
    public void betweenSteps(Runnable work) {
        step.lock();
        try {
            work.run();
        } finally {
            step.unlock();
        }
    }

    /** One forward pass over all rows at once, in this mode; null for none given. */
    public List<Tensor> call(List<Tensor> x, Mode mode) {
        return inTurn(
                () -> {
                    check.inputs(x);
                    Step s = predictionStep(mode, Feeding.of(x));
                    s.run(new Batch(x, List.of()));
                    return s.predictions().stream().map(s.plan()::fetch).toList();
                });
    }

    /**
     * Refuses a batch that the model cannot train on, and runs nothing. Steps look at theirs
     * themselves; this is for who wants to know before.
     */
    public void check(Batch batch) {
        check.batch(compilation, batch);
    }

    /** Refuses a batch that the model cannot train on, or whose inputs hold NaN or infinity. */
    public void requireFinite(Batch batch) {
        check(batch);
        check.finite(batch);
    }

    /** Begins to evaluate, within {@link #compiled}. */
    public EvaluationSteps evaluation() {
        return new EvaluationSteps(this);
    }

    /**
     * Begins an epoch, within {@link #training}.
     *
     * @param again reads a batch once more
     */
    public TrainingSteps epoch(Again again) {
        watch.begin(compilation.optimizer().iterationsVariable(), again);
        return new TrainingSteps(this, watch, new Rates(compilation.optimizer()));
    }

    /** The plan of a call in this mode, as text. */
    public String describePrediction(Mode mode, int batch) {
        return inTurn(() -> predictionStep(mode, Feeding.of(model, batch)).plan().toString());
    }

    /** The plan of a training step, as text. */
    public String describeTraining(int batch) {
        return compiled("plan", () -> trainingStep(Feeding.of(model, batch)).plan().toString());
    }

    private Step predictionStep(Mode mode, Feeding feeding) {
        return steps.get(
                StepCache.Purpose.PREDICT,
                mode,
                feeding,
                () -> compiler.prediction(mode, feeding),
                this::states);
    }

    Step evaluationStep(Feeding feeding) {
        return steps.get(
                StepCache.Purpose.EVALUATE,
                Mode.INFERENCE,
                feeding,
                () -> compiler.evaluation(objective, feeding),
                this::states);
    }

    Step trainingStep(Feeding feeding) {
        return steps.get(
                StepCache.Purpose.TRAIN,
                Mode.TRAINING,
                feeding,
                () -> compiler.training(objective, compilation.optimizer(), feeding),
                this::states);
    }

    /** What lasts between steps besides the model's weights. */
    private List<Variable> states() {
        List<Variable> all = new ArrayList<>(List.of(compiler.health()));
        if (compilation != null) {
            all.addAll(compilation.optimizer().states());
        }
        return all;
    }

    private void refuseWhileTraining(String what) {
        if (training) {
            throw new IllegalStateException(
                    "%s: %s cannot run inside fit; return false from onEpochEnd to end it first"
                            .formatted(model.name(), what));
        }
    }

    private void requireCompiled(String what) {
        if (compilation == null) {
            throw new IllegalStateException(
                    "%s: %s needs an optimizer and a loss; call compile first"
                            .formatted(model.name(), what));
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "%s: the model is closed and cannot run any more".formatted(model.name()));
        }
    }

    /** Ends a training whose model another thread closes. */
    void requireStaysOpen() {
        if (closing) {
            throw new IllegalStateException(
                    "%s: the model was closed while it trained".formatted(model.name()));
        }
    }

    /**
     * Frees all plans and brings the weights back to the host. Closing twice is allowed. While
     * another thread trains, it ends that training after its step.
     */
    @Override
    public void close() {
        if (turn.isHeldByCurrentThread()) {
            refuseWhileTraining("close");
        }
        closing = true;
        boolean mine = false;
        try {
            // a shutdown hook may run while the training thread waits for it, and must not wait for
            // ever
            mine = turn.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!mine) {
            LOG.warn(
                    "{}: still runs on another thread, so its memory stays until that has ended",
                    model.name());
            return;
        }
        try {
            closed = true;
            steps.close();
        } finally {
            turn.unlock();
        }
    }
}
