package dev.thaw.train;

import dev.thaw.backend.spi.Backend;
import dev.thaw.data.Batch;
import dev.thaw.graph.Network;
import dev.thaw.layer.Mode;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.apiguardian.api.API;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model's compiled steps on a backend. Plans are compiled when first needed and kept, keyed by
 * what they are specialised to: purpose, mode, shapes of the batch and the freeze pattern, which is
 * read before every step, so that a changed {@code trainable} takes effect at once. The weights
 * stay on the device until {@link #close}.
 *
 * <p>One plan runs at a time, see {@link Turns}; between two steps of a training, other threads may
 * predict, evaluate and look at the weights.
 */
@API(status = API.Status.INTERNAL)
public final class Session implements AutoCloseable {
    private final Network model;
    private final Backend backend;
    private final StepCompiler compiler;
    private final StepCache steps;
    private final InputCheck check;
    private final Watch watch;
    private final Turns turns;
    private volatile Compilation compilation;
    private volatile Objective objective;

    /** Whose sums the variables of evaluation hold now; null for nobody's. */
    private Means evaluated;

    /** The model's graph may come later, before the first batch. */
    public Session(Network model, Backend backend) {
        this.model = model;
        this.backend = backend;
        DeviceMemory memory = DeviceMemory.of(backend);
        steps = new StepCache(model, memory);
        compiler = new StepCompiler(model, backend, memory);
        check = new InputCheck(model);
        turns = new Turns(model, steps::close);
        watch = new Watch(model, compiler, turns, backend.asynchronous());
    }

    /** Fixes optimizer, losses and metrics. State that the optimizer has stays. */
    public void compile(Compilation value) {
        turns.train(
                "compile",
                false,
                () ->
                        turns.change(
                                () -> {
                                    Objective fresh = new Objective(model, value);
                                    steps.close();
                                    compilation = value;
                                    objective = fresh;
                                    evaluated = null;
                                    return null;
                                }));
    }

    /** Does work that runs training steps alone; the whole of a fit. */
    public <T> T fit(Supplier<T> work) {
        requireCompiled("fit");
        return turns.train("fit", true, work);
    }

    /** Does work that runs a training step alone. */
    public <T> T trainOnBatch(Supplier<T> work) {
        requireCompiled("trainOnBatch");
        return turns.train("trainOnBatch", false, work);
    }

    /** Does work while no step of training changes a weight. */
    public void betweenSteps(Runnable work) {
        turns.betweenSteps(work);
    }

    /** One forward pass over all rows at once, in this mode; null for none given. */
    public List<Tensor> call(List<Tensor> x, Mode mode) {
        check.inputs(x);
        Supplier<List<Tensor>> work =
                () -> {
                    Step s = predictionStep(mode, Feeding.of(x));
                    return s.predict(new Batch(x, List.of()));
                };
        return mode == Mode.TRAINING ? turns.change(work) : turns.run(work);
    }

    /**
     * Refuses a batch that the model cannot train on, and runs nothing. Steps look at theirs
     * themselves; this is for who wants to know before.
     */
    public void check(Batch batch) {
        checked(batch);
    }

    /** A batch that is looked at, with the targets that somebody wants. */
    Batch checked(Batch batch) {
        return check.batch(compilation, batch);
    }

    /** Refuses a batch that the model cannot train on, or whose inputs hold NaN or infinity. */
    public void requireFinite(Batch batch) {
        check(batch);
        check.finite(batch);
    }

    /** Begins to evaluate. Several evaluations may go on at a time, and take turns. */
    public EvaluationSteps evaluation() {
        turns.requireOpen();
        requireCompiled("evaluate");
        return new EvaluationSteps(this, objective);
    }

    /**
     * Begins an epoch, within {@link #fit} or {@link #trainOnBatch}.
     *
     * @param again reads a batch once more
     */
    public TrainingSteps epoch(Again again) {
        watch.begin(compilation.optimizer().iterationsVariable(), again);
        return new TrainingSteps(this, watch, new Rates(compilation.optimizer()));
    }

    /** The plan of a call in this mode, as text. */
    public String describePrediction(Mode mode, int batch) {
        return turns.run(() -> predictionStep(mode, Feeding.of(model, batch)).plan().toString());
    }

    /** The plan of a training step, as text. */
    public String describeTraining(int batch) {
        requireCompiled("plan");
        return turns.run(() -> trainingStep(Feeding.of(model, batch)).plan().toString());
    }

    private Step predictionStep(Mode mode, Feeding feeding) {
        BatchSizes.Choice choice = new BatchSizes.Choice(feeding.rows(), false);
        if (feeding.hasOneSize() && feeding.rows() > 1) {
            BatchSizes sizes = steps.sizes(mode, feeding, () -> compiler.sizes(mode, feeding));
            choice = sizes.choose(feeding.rows(), backend);
        }
        Feeding compiled =
                feeding.rows() == choice.rows() ? feeding : feeding.withRows(choice.rows());
        boolean pieces = choice.pieces();
        return steps.get(
                pieces ? StepCache.Purpose.PREDICT_BY_PIECES : StepCache.Purpose.PREDICT,
                mode,
                compiled,
                () -> compiler.prediction(mode, compiled, pieces),
                this::states);
    }

    /** A step of evaluation in its turn, after the sums of this one are back in their place. */
    void evaluate(Objective by, Means means, Batch batch) {
        turns.run(
                () -> {
                    requireSame(by);
                    switchTo(means);
                    means.run(evaluationStep(Feeding.of(batch)), batch);
                    return null;
                });
    }

    /** What an evaluation's steps add up to. */
    Map<String, Double> read(Objective by, Means means) {
        return turns.run(
                () -> {
                    requireSame(by);
                    switchTo(means);
                    return means.read();
                });
    }

    private void requireSame(Objective by) {
        if (by != objective) {
            throw new IllegalStateException(
                    "%s: the model was compiled anew while it was evaluated"
                            .formatted(model.name()));
        }
    }

    private void switchTo(Means means) {
        if (evaluated != means) {
            if (evaluated != null) {
                evaluated.leave();
            }
            means.comeBack();
            evaluated = means;
        }
    }

    private Step evaluationStep(Feeding feeding) {
        return steps.get(
                StepCache.Purpose.EVALUATE,
                Mode.INFERENCE,
                feeding,
                () -> compiler.evaluation(objective, feeding),
                this::states);
    }

    /** A step of training, when no one looks at the weights. */
    void train(Rates rates, Means means, Batch batch) {
        turns.change(
                () -> {
                    rates.next();
                    means.run(trainingStep(Feeding.of(batch)), batch);
                    return null;
                });
    }

    private Step trainingStep(Feeding feeding) {
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

    private void requireCompiled(String what) {
        if (compilation == null) {
            throw new IllegalStateException(
                    "%s: %s needs an optimizer and a loss; call compile first"
                            .formatted(model.name(), what));
        }
    }

    /** Ends a training whose model another thread closes. */
    void requireOpen() {
        turns.requireOpen();
    }

    /**
     * Refuses what a training has left that is not finite.
     *
     * @throws NonFiniteWeightException naming the first such weight, moving statistic or slot
     */
    public void requireFiniteWeights() {
        turns.betweenSteps(() -> new FiniteCheck(model).check(compilation.optimizer()));
    }

    /** Ends a training whose thread somebody interrupts, between two steps. */
    public void requireUninterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(null);
        }
    }

    /** The same where the data noticed it first. */
    public TrainingInterruptedException interrupted(RuntimeException cause) {
        return new TrainingInterruptedException(
                "%s: the thread was interrupted, and training ended between two steps; fit goes on from there"
                        .formatted(model.name()),
                cause);
    }

    /**
     * Frees all plans and brings the weights back to the host. Closing twice is allowed. While
     * another thread trains, it ends that training after its step; a step that takes longer than
     * some seconds frees everything itself when it ends.
     */
    @Override
    public void close() {
        turns.close();
    }
}
