package dev.thaw.model;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.data.Batch;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.graph.Network;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.EvaluationSteps;
import dev.thaw.train.Session;
import dev.thaw.train.TrainingSteps;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A network that can be trained and run, with Keras's methods. It takes no device before it first
 * runs; {@link #close} gives everything back and keeps the weights. Threads take turns: other
 * threads, and callbacks, may predict and evaluate between two steps of a {@code fit}.
 */
public class Model extends Network implements AutoCloseable {
    private Supplier<Backend> where = () -> Device.auto().open();
    private volatile Compilation compilation;
    private volatile Session session;
    private volatile boolean closed;

    /** From one input to one output. */
    public Model(Symbol input, Symbol output) {
        this(List.of(input), List.of(output));
    }

    /** From several inputs to several outputs. */
    public Model(List<Symbol> inputs, List<Symbol> outputs) {
        super(inputs, outputs);
    }

    /** A model whose graph comes later. */
    Model() {}

    /**
     * Does work, such as saving, while no step of training on another thread changes a weight:
     * training goes on after it. Other threads may predict meanwhile, and so may the work; it must
     * not wait for a step of training.
     */
    public void betweenSteps(Runnable work) {
        Session s = session;
        if (s == null) {
            work.run();
        } else {
            s.betweenSteps(work);
        }
    }

    @Override
    public Model named(String newName) {
        super.named(newName);
        return this;
    }

    /** Chooses where the model runs, before it first does; default {@link Device#auto()}. */
    public Model on(Device device) {
        return on(device::open);
    }

    /**
     * Runs the model on this very backend, which stays open when the model closes. For backends
     * that are no device, as in tests.
     */
    public Model on(Backend backend) {
        return on(() -> backend);
    }

    private Model on(Supplier<Backend> backend) {
        if (session != null) {
            throw new IllegalStateException(
                    "%s: already runs on %s; choose the device before"
                            .formatted(name(), where.get().name()));
        }
        where = backend;
        return this;
    }

    /** Fixes how the model is trained: one output. */
    public void compile(Optimizer optimizer, Loss loss, Metric... metrics) {
        compile(Compilation.of(optimizer, loss, metrics));
    }

    /**
     * Fixes how the model is trained, with losses for outputs by their names; those that are not
     * named have none.
     */
    public void compile(Optimizer optimizer, Map<String, Loss> losses) {
        Objects.requireNonNull(losses, "compile: losses");
        if (!Set.copyOf(outputNames()).containsAll(losses.keySet())) {
            throw new IllegalArgumentException(
                    "%s: its outputs are %s, got losses for %s"
                            .formatted(name(), outputNames(), losses.keySet()));
        }
        compile(
                Compilation.of(
                        optimizer,
                        outputNames().stream()
                                .map(n -> Objects.requireNonNullElse(losses.get(n), Loss.NONE))
                                .toList()));
    }

    /**
     * Fixes how the model is trained.
     *
     * @throws IllegalArgumentException if it does not fit the model's outputs, where these are
     *     known
     */
    public synchronized void compile(Compilation compilation) {
        Objects.requireNonNull(compilation, "compile: compilation");
        requireOpen();
        compilation.requireFit(this);
        if (session != null) {
            session.compile(compilation);
        }
        this.compilation = compilation;
    }

    /** The compilation, if there is one. */
    public Optional<Compilation> compilation() {
        return Optional.ofNullable(compilation);
    }

    /** Trains in training mode on tensors in memory, see {@link #fit(Dataset, FitOptions)}. */
    public History fit(Tensor x, Tensor y, FitOptions options) {
        Objects.requireNonNull(x, "fit: x");
        Objects.requireNonNull(y, "fit: y");
        Objects.requireNonNull(options, "fit: options");
        return fit(Dataset.of(x, y), options);
    }

    /**
     * Trains in training mode. Between two steps, callbacks and other threads may predict,
     * evaluate, save and assign weights.
     *
     * @throws IllegalStateException if a fit of this model runs already, on any thread
     * @throws dev.thaw.train.NonFiniteLossException if a loss or a gradient is NaN or infinite
     * @throws dev.thaw.train.NonFiniteWeightException if a weight, a moving statistic or a state of
     *     the optimizer is NaN or infinite at the end
     * @throws dev.thaw.train.TrainingInterruptedException if the thread is interrupted: training
     *     ends between two steps
     */
    public History fit(Dataset data, FitOptions options) {
        Objects.requireNonNull(data, "fit: data");
        Objects.requireNonNull(options, "fit: options");
        Session s = session();
        return s.fit(() -> Fit.of(this, s, options, data).run());
    }

    /** One training step on all rows; returns the loss before it and the metrics. */
    public Map<String, Double> trainOnBatch(Tensor x, Tensor y) {
        return trainOnBatch(Batch.of(x, y));
    }

    /** One training step on a batch; returns the loss before it and the metrics. */
    public Map<String, Double> trainOnBatch(Batch batch) {
        Objects.requireNonNull(batch, "train: batch");
        new Placement(this).requireOrder(true);
        return step(batch);
    }

    /** One training step on tensors by the names of inputs and outputs. */
    public Map<String, Double> trainOnBatch(Map<String, Tensor> x, Map<String, Tensor> y) {
        Dataset all = new Placement(this).targets(Dataset.of(x, y));
        return step(((TensorDataset) all).batch());
    }

    private Map<String, Double> step(Batch batch) {
        Session s = session();
        return s.trainOnBatch(
                () -> {
                    prepare(batch.x());
                    TrainingSteps steps = s.epoch(numbers -> Optional.of(batch));
                    steps.run(batch);
                    steps.end();
                    return steps.logs();
                });
    }

    /** Loss and metrics in inference mode on tensors in memory, in batches of 32. */
    public Map<String, Double> evaluate(Tensor x, Tensor y) {
        return evaluate(Dataset.of(x, y), EvaluateOptions.DEFAULT);
    }

    /** Loss and metrics in inference mode. */
    public Map<String, Double> evaluate(Dataset data, EvaluateOptions options) {
        Objects.requireNonNull(data, "evaluate: data");
        Objects.requireNonNull(options, "evaluate: options");
        Session s = session();
        Dataset placed = new Placement(this).targets(data);
        EvaluationSteps steps = s.evaluation();
        Passes.inOrder(
                placed,
                options.batchSize(),
                options.steps(),
                batch -> {
                    prepare(batch.x());
                    steps.run(batch);
                });
        return steps.logs();
    }

    /** Outputs in inference mode, in batches of 32: one input, one output. */
    public Tensor predict(Tensor x) {
        return predict(x, PredictOptions.DEFAULT);
    }

    /** Outputs by name, in inference mode, of inputs by name. */
    public Map<String, Tensor> predict(Map<String, Tensor> x) {
        return new Placement(this)
                .outputs(predict(Dataset.of(x, Map.of()), PredictOptions.DEFAULT));
    }

    /** Outputs: one input, one output. */
    public Tensor predict(Tensor x, PredictOptions options) {
        Objects.requireNonNull(x, "predict: x");
        Objects.requireNonNull(options, "predict: options");
        return only(predict(Dataset.of(List.of(x)), options));
    }

    /** Outputs, one tensor each with all rows. Targets that the data have are not looked at. */
    public List<Tensor> predict(Dataset x, PredictOptions options) {
        Objects.requireNonNull(x, "predict: x");
        Objects.requireNonNull(options, "predict: options");
        List<List<Tensor>> parts = new ArrayList<>();
        Passes.inOrder(
                new Placement(this).inputs(x),
                options.batchSize(),
                options.steps(),
                batch -> parts.add(run(batch.x(), options.mode())));
        return IntStream.range(0, parts.get(0).size())
                .mapToObj(i -> Tensor.concatenate(parts.stream().map(p -> p.get(i)).toList()))
                .toList();
    }

    /**
     * Predicts several times with random layers drawing, while batch normalization stays on its
     * moving statistics: one input, one output. A mode that is baked into the graph holds here too.
     */
    public MonteCarlo predictMonteCarlo(Tensor x, int samples) {
        return predictMonteCarlo(Dataset.of(List.of(x)), samples, PredictOptions.DEFAULT).get(0);
    }

    /** The same for any number of inputs and outputs, in the mode of this method. */
    public List<MonteCarlo> predictMonteCarlo(Dataset x, int samples, PredictOptions options) {
        return Moments.of(samples, () -> predict(x, options.withMode(Mode.MONTE_CARLO)));
    }

    /** A direct call with no mode given: {@code model(x)}. All rows are one batch. */
    public Tensor call(Tensor x) {
        return only(call(List.of(x)));
    }

    /** The same for any number of inputs and outputs. */
    public List<Tensor> call(List<Tensor> x) {
        new Placement(this).requireOrder(false);
        return run(x, null);
    }

    /** A direct call in a mode: {@code model(x, training=...)}. In training, statistics move. */
    public Tensor call(Tensor x, Mode mode) {
        return only(call(List.of(x), mode));
    }

    /** The same for any number of inputs and outputs. */
    public List<Tensor> call(List<Tensor> x, Mode mode) {
        Objects.requireNonNull(x, "call: x");
        new Placement(this).requireOrder(false);
        return run(x, Objects.requireNonNull(mode, "call: mode"));
    }

    /** A direct call in a mode, with inputs and outputs by name. */
    public Map<String, Tensor> call(Map<String, Tensor> x, Mode mode) {
        Objects.requireNonNull(x, "call: x");
        Placement placement = new Placement(this);
        return placement.outputs(
                run(placement.inputs(x), Objects.requireNonNull(mode, "call: mode")));
    }

    /** Inputs in the model's own order. */
    private List<Tensor> run(List<Tensor> x, Mode mode) {
        prepare(x);
        return session().call(x, mode);
    }

    /** The plan of a direct call, readable: what runs, in which order, in which memory. */
    public String plan(Mode mode, int batch) {
        return session().describePrediction(Objects.requireNonNull(mode, "plan: mode"), batch);
    }

    /** The plan of a direct call that is given no mode. */
    public String plan(int batch) {
        return session().describePrediction(null, batch);
    }

    /** The plan of a training step, readable. */
    public String trainingPlan(int batch) {
        return session().describeTraining(batch);
    }

    private static Tensor only(List<Tensor> outputs) {
        if (outputs.size() != 1) {
            throw new IllegalStateException(
                    "the model has %s outputs; use the method that takes and returns lists"
                            .formatted(outputs.size()));
        }
        return outputs.get(0);
    }

    /** Called with data before anything runs. */
    void prepare(List<Tensor> x) {}

    /** Whether the graph exists, whole. */
    boolean hasGraph() {
        return true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    name() + ": the model is closed and cannot run any more");
        }
    }

    /** Who waits inside a session for another thread waits for nobody here. */
    private Session session() {
        Session known = session;
        return known == null ? firstSession() : known;
    }

    private synchronized Session firstSession() {
        requireOpen();
        if (session == null) {
            Session fresh = new Session(this, where.get());
            if (compilation != null) {
                fresh.compile(compilation);
            }
            session = fresh;
        }
        return session;
    }

    /** The same between two steps of a training on another thread, which would undo it else. */
    @Override
    public void setWeights(List<Tensor> values) {
        betweenSteps(() -> super.setWeights(values));
    }

    /**
     * Frees all plans; the weights come back to the host and stay readable. Closing twice is
     * allowed; while another thread trains, it ends that training after its step. A step longer
     * than some seconds gives everything back itself when it ends.
     */
    @Override
    public void close() {
        Session open;
        synchronized (this) {
            open = session;
        }
        if (open != null) {
            open.close();
        }
        synchronized (this) {
            session = null;
            closed = true;
        }
    }
}
