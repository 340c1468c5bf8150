package dev.thaw.gpucheck;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.model.Model;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.SGD;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network's training step alone, again and again with the batch that lies on the device: what the
 * GPU does without the way in. Stands between model and backend to keep what the step became.
 */
final class TrainingStep implements AutoCloseable {
    /** Steps before the first that is timed. */
    static final int WARM = 3;

    private final Backend backend;
    private final Model network;
    private Kernel launch;
    private int longest;

    /** Trains three steps, so that the step is recorded where the backend records. */
    TrainingStep(Backend backend, String network, int batch, int size) {
        this.backend = backend;
        this.network = Networks.of(network, size);
        this.network.on(tapped());
        this.network.compile(compilation());
        System.setProperty(Plan.KEEP_INPUTS_PROPERTY, "true");
        try {
            for (int i = 0; i < WARM; i++) {
                this.network.trainOnBatch(data(batch, size).batch());
            }
        } finally {
            System.clearProperty(Plan.KEEP_INPUTS_PROPERTY);
        }
    }

    /** The weights and statistics as they are now. */
    List<Tensor> weights() {
        return network.weights().stream().map(w -> w.variable().value().copy()).toList();
    }

    /**
     * SGD with momentum, as in all steps that are timed here; at so low a rate that no network
     * leaves the finite numbers, though its classes are random and its batches may be tiny.
     */
    static Compilation compilation() {
        return compilation(1e-6);
    }

    /** The same at another rate. */
    static Compilation compilation(double rate) {
        return Compilation.of(new SGD(rate).momentum(0.9), new SparseCategoricalCrossentropy());
    }

    /** Random images and classes. */
    static TensorDataset data(int rows, int size) {
        Tensor x = Tensor.zeros(Shape.of(rows, size, size, 3), DType.FLOAT32);
        SplittableRandom random = new SplittableRandom(1);
        float[] all = x.floats();
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) random.nextDouble();
        }
        return Dataset.of(x, Tensor.of(random.ints(rows, 0, Networks.CLASSES).toArray()));
    }

    private Backend tapped() {
        return (Backend)
                Proxy.newProxyInstance(
                        Backend.class.getClassLoader(),
                        new Class<?>[] {Backend.class},
                        (proxy, method, arguments) -> {
                            try {
                                Object result = method.invoke(backend, arguments);
                                if (method.getName().equals("sequence")) {
                                    keep((Kernel) result, ((List<?>) arguments[0]).size());
                                }
                                return result;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private void keep(Kernel sequence, int length) {
        if (length >= longest) {
            longest = length;
            launch = sequence;
        }
    }

    /** Runs the step that many times and waits for the end. */
    void run(int times) {
        for (int i = 0; i < times; i++) {
            launch.launch();
        }
        backend.synchronize();
    }

    @Override
    public void close() {
        network.close();
    }
}
