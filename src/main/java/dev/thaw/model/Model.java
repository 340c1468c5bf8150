package dev.thaw.model;

import dev.thaw.backend.spi.Device;
import dev.thaw.graph.Network;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.FitOptions;
import dev.thaw.train.History;
import dev.thaw.train.MonteCarlo;
import dev.thaw.train.Trainer;
import dev.thaw.train.TrainingData;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network that can be trained and run, with Keras's methods. It takes no device before it first
 * runs; {@link #close} gives everything back and keeps the weights. Threads take turns.
 */
public class Model extends Network implements AutoCloseable {
    private static final int BATCH = 32;

    private Device device = Device.auto();
    private Compilation compilation;
    private volatile Trainer trainer;
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
     * training goes on after it.
     */
    public void betweenSteps(Runnable work) {
        Trainer t = trainer;
        if (t == null) {
            work.run();
        } else {
            t.betweenSteps(work);
        }
    }

    @Override
    public Model named(String newName) {
        super.named(newName);
        return this;
    }

    /** Chooses where the model runs, before it first does; default {@link Device#auto()}. */
    public Model on(Device where) {
        if (trainer != null) {
            throw new IllegalStateException(
                    name() + ": already runs on " + device + "; choose the device before");
        }
        device = where;
        return this;
    }

    /** Fixes how the model is trained: one output. */
    public void compile(Optimizer optimizer, Loss loss, Metric... metrics) {
        compile(Compilation.of(optimizer, loss, metrics));
    }

    /** Fixes how the model is trained. */
    public void compile(Compilation compilation) {
        requireOpen();
        if (trainer != null) {
            trainer.compile(compilation);
        }
        this.compilation = compilation;
    }

    /** The compilation, if there is one. */
    public Optional<Compilation> compilation() {
        return Optional.ofNullable(compilation);
    }

    /** Trains in training mode. */
    public History fit(Tensor x, Tensor y, FitOptions options) {
        return fit(TrainingData.of(x, y), options);
    }

    /** Trains in training mode. */
    public History fit(TrainingData data, FitOptions options) {
        prepare(data.x());
        return trainer().fit(data, options);
    }

    /** One training step on all rows; returns the loss before it and the metrics. */
    public Map<String, Double> trainOnBatch(Tensor x, Tensor y) {
        return trainOnBatch(TrainingData.of(x, y));
    }

    /** One training step on all rows; returns the loss before it and the metrics. */
    public Map<String, Double> trainOnBatch(TrainingData data) {
        prepare(data.x());
        return trainer().trainOnBatch(data);
    }

    /** Loss and metrics in inference mode, in batches of 32. */
    public Map<String, Double> evaluate(Tensor x, Tensor y) {
        return evaluate(TrainingData.of(x, y), BATCH);
    }

    /** Loss and metrics in inference mode. */
    public Map<String, Double> evaluate(TrainingData data, int batchSize) {
        prepare(data.x());
        return trainer().evaluate(data, batchSize);
    }

    /** Outputs in inference mode, in batches of 32: one input, one output. */
    public Tensor predict(Tensor x) {
        return only(predict(List.of(x), BATCH));
    }

    /** Outputs in inference mode. */
    public List<Tensor> predict(List<Tensor> x, int batchSize) {
        prepare(x);
        return trainer().predict(x, batchSize, Mode.INFERENCE);
    }

    /**
     * Predicts several times with random layers drawing, while batch normalization stays on its
     * moving statistics: one input, one output. A mode that is baked into the graph holds here too.
     */
    public MonteCarlo predictMonteCarlo(Tensor x, int samples) {
        return predictMonteCarlo(List.of(x), samples, BATCH).get(0);
    }

    /** The same for any number of inputs and outputs. */
    public List<MonteCarlo> predictMonteCarlo(List<Tensor> x, int samples, int batchSize) {
        prepare(x);
        return trainer().predictMonteCarlo(x, samples, batchSize);
    }

    /** A direct call with no mode given: {@code model(x)}. All rows are one batch. */
    public Tensor call(Tensor x) {
        return call(x, null);
    }

    /** A direct call in a mode: {@code model(x, training=...)}. In training, statistics move. */
    public Tensor call(Tensor x, Mode mode) {
        return only(call(List.of(x), mode));
    }

    /** A direct call; a null mode gives none. */
    public List<Tensor> call(List<Tensor> x, Mode mode) {
        prepare(x);
        return trainer().call(x, mode);
    }

    /** The plan of a direct call, readable: what runs, in which order, in which memory. */
    public String plan(Mode mode, int batch) {
        return trainer().describePrediction(mode, batch);
    }

    /** The plan of a training step, readable. */
    public String trainingPlan(int batch) {
        return trainer().describeTraining(batch);
    }

    private static Tensor only(List<Tensor> outputs) {
        if (outputs.size() != 1) {
            throw new IllegalStateException(
                    "the model has "
                            + outputs.size()
                            + " outputs; use the method that takes and returns lists");
        }
        return outputs.get(0);
    }

    /** Called with data before anything runs. */
    void prepare(List<Tensor> x) {}

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    name() + ": the model is closed and cannot run any more");
        }
    }

    private synchronized Trainer trainer() {
        requireOpen();
        if (trainer == null) {
            Trainer fresh = new Trainer(this, device.open());
            if (compilation != null) {
                fresh.compile(compilation);
            }
            trainer = fresh;
        }
        return trainer;
    }

    /**
     * Frees all plans; the weights come back to the host and stay readable. Closing twice is
     * allowed; while another thread trains, it ends that training.
     */
    @Override
    public void close() {
        Trainer open;
        synchronized (this) {
            open = trainer;
        }
        if (open != null) {
            open.close();
        }
        synchronized (this) {
            trainer = null;
            closed = true;
        }
    }
}
