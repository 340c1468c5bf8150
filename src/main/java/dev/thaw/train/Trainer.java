package dev.thaw.train;

import dev.thaw.backend.spi.Backend;
import dev.thaw.graph.Network;
import dev.thaw.layer.Mode;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Runs a model on a backend. Plans are compiled when first needed and kept, keyed by what they are
 * specialised to: purpose, mode, shapes of the data and the freeze pattern, which is read before
 * every step, so that a changed {@code trainable} takes effect at once. The weights stay on the
 * device until {@link #close}.
 */
public final class Trainer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final int PATIENCE_SECONDS = 5;

    private final Network model;
    private final StepCompiler compiler;
    private final Backend backend;
    private final StepCache steps;
    private final Watch watch;
    private Compilation compilation;
    private Objective objective;
    private final ReentrantLock turn = new ReentrantLock();

    /** Held while a step changes weights; fair, so that who waits gets in after the step. */
    private final ReentrantLock step = new ReentrantLock(true);

    private boolean training;
    private volatile boolean closing;
    private boolean closed;

    /** For a model whose graph is complete. */
    public Trainer(Network model, Backend backend) {
        this.model = model;
        this.backend = backend;
        DeviceMemory memory = DeviceMemory.of(backend);
        this.steps = new StepCache(model, memory);
        this.compiler = new StepCompiler(model, backend, memory);
        this.watch = new Watch(model, compiler, backend.asynchronous());
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
        turn.lock();
        try {
            requireOpen();
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    private void refuseWhileTraining(String what) {
        if (training) {
            throw new IllegalStateException(
                    model.name()
                            + ": "
                            + what
                            + " cannot run inside fit; return false from onEpochEnd to end it first");
        }
    }

    private <T> T training(String what, Supplier<T> work) {
        return inTurn(
                () -> {
                    requireCompiled(what);
                    refuseWhileTraining(what);
                    training = true;
                    try {
                        return work.get();
                    } finally {
                        training = false;
                    }
                });
    }

    /** The compilation, if there is one. */
    public Optional<Compilation> compilation() {
        return Optional.ofNullable(compilation);
    }

    /** One forward pass over all rows at once, in this mode; null for none given. */
    public List<Tensor> call(List<Tensor> x, Mode mode) {
        return inTurn(
                () -> {
                    InputCheck.inputs(model, x);
                    Step step = predictionStep(mode, Feeding.of(x));
                    step.feed(x);
                    step.plan().run();
                    return step.predictions().stream().map(step.plan()::fetch).toList();
                });
    }

    /** Forward passes in this mode over batches of rows, the outputs put together again. */
    public List<Tensor> predict(List<Tensor> x, int batchSize, Mode mode) {
        requireOpen();
        InputCheck.inputs(model, x);
        InputCheck.batchSize(batchSize);
        int rows = x.get(0).shape().dim(0);
        List<Tensor> results = new ArrayList<>();
        for (int from = 0; from < rows; from += batchSize) {
            int to = Math.min(rows, from + batchSize);
            int start = from;
            List<Tensor> part = call(x.stream().map(t -> t.rows(start, to)).toList(), mode);
            for (int i = 0; i < part.size(); i++) {
                if (from == 0) {
                    results.add(Tensor.zeros(part.get(i).shape().withBatch(rows), DType.FLOAT32));
                }
                int width = part.get(i).size() / (to - from);
                System.arraycopy(
                        part.get(i).floats(),
                        0,
                        results.get(i).floats(),
                        from * width,
                        part.get(i).size());
            }
        }
        return results;
    }

    /** Repeats the prediction with random layers drawing and statistics as in inference. */
    public List<MonteCarlo> predictMonteCarlo(List<Tensor> x, int samples, int batchSize) {
        if (samples < 2) {
            throw new IllegalArgumentException(
                    "predictMonteCarlo: a standard deviation needs at least 2 samples, got "
                            + samples);
        }
        List<Moments> moments = new ArrayList<>();
        for (int s = 0; s < samples; s++) {
            List<Tensor> y = predict(x, batchSize, Mode.MONTE_CARLO);
            for (int i = 0; i < y.size(); i++) {
                if (s == 0) {
                    moments.add(new Moments(y.get(i).shape()));
                }
                moments.get(i).add(y.get(i));
            }
        }
        return moments.stream().map(Moments::result).toList();
    }

    /** Loss and metrics in inference. */
    public Map<String, Double> evaluate(TrainingData data, int batchSize) {
        return inTurn(
                () -> {
                    requireCompiled("evaluate");
                    InputCheck.batchSize(batchSize);
                    return evaluate(checked(data), batchSize);
                });
    }

    /** Data that has been checked. */
    Rows checked(TrainingData data) {
        InputCheck.data(model, compilation, data);
        return new Rows(data);
    }

    Map<String, Double> evaluate(Rows rows, int batchSize) {
        return Epoch.run(
                rows,
                Epoch.inOrder(rows.data().rows()),
                batchSize,
                b -> evaluationStep(Feeding.of(rows.data(), b)),
                (i, logs) -> {});
    }

    /** Trains; see {@link FitOptions}. */
    public History fit(TrainingData data, FitOptions options) {
        return training("fit", () -> new Fit(model, compilation, options, this).run(data));
    }

    /** One step on all rows at once; returns the loss before it and the metrics. */
    public Map<String, Double> trainOnBatch(TrainingData data) {
        return training(
                "trainOnBatch",
                () -> {
                    return trainEpoch(
                            checked(data),
                            Epoch.inOrder(data.rows()),
                            data.rows(),
                            (i, logs) -> {});
                });
    }

    Map<String, Double> trainEpoch(Rows rows, int[] order, int batchSize, Epoch.StepEnd end) {
        Watch.Run run =
                new Watch.Run(
                        rows.data(),
                        order,
                        batchSize,
                        compilation.optimizer().iterationsVariable());
        watch.begin();
        Rates rates = new Rates(compilation.optimizer());
        try {
            return Epoch.run(
                    rows,
                    order,
                    batchSize,
                    b -> {
                        step.lock();
                        rates.next();
                        return trainingStep(Feeding.of(rows.data(), b));
                    },
                    (i, logs) -> {
                        step.unlock();
                        watch.launched(run, i);
                        end.done(i, logs);
                        if (closing) {
                            throw new IllegalStateException(
                                    model.name() + ": the model was closed while it trained");
                        }
                    });
        } finally {
            if (step.isHeldByCurrentThread()) {
                step.unlock();
            }
        }
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

    /** The plan of a call in this mode, as text. */
    public String describePrediction(Mode mode, int batch) {
        return inTurn(() -> predictionStep(mode, Feeding.of(model, batch)).plan().toString());
    }

    /** The plan of a training step, as text. */
    public String describeTraining(int batch) {
        return inTurn(
                () -> {
                    requireCompiled("plan");
                    return trainingStep(Feeding.of(model, batch)).plan().toString();
                });
    }

    private Step predictionStep(Mode mode, Feeding feeding) {
        return steps.get(
                StepCache.Purpose.PREDICT,
                mode,
                feeding,
                () -> compiler.prediction(mode, feeding),
                this::states);
    }

    private Step evaluationStep(Feeding feeding) {
        return steps.get(
                StepCache.Purpose.EVALUATE,
                Mode.INFERENCE,
                feeding,
                () -> compiler.evaluation(objective, feeding),
                this::states);
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
        requireOpen();
        if (compilation == null) {
            throw new IllegalStateException(
                    model.name()
                            + ": "
                            + what
                            + " needs an optimizer and a loss; call compile first");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    model.name() + ": the model is closed and cannot run any more");
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

    /** Which backend runs the model. */
    public Backend backend() {
        return backend;
    }
}
