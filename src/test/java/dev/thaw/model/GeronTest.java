package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.thaw.data.Dataset;
import dev.thaw.data.Idx;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Géron's batch-normalized network on MNIST. */
class GeronTest {
    /**
     * The full data set; it lies beside a checkout where the project is developed, and users need
     * not have it.
     */
    private static final Path FULL_MNIST = Path.of("..", "shared", "data", "mnist");

    private static Model geron() {
        RandomSeed.set(1);
        return new Sequential(
                Input.of(784),
                new BatchNormalization(),
                new Dense(300, ActivationFunction.RELU),
                new BatchNormalization(),
                new Dense(100, ActivationFunction.RELU),
                new BatchNormalization(),
                new Dense(10, ActivationFunction.SOFTMAX));
    }

    @Test
    void hasKerassParameterCounts() {
        try (Model m = geron()) {
            assertThat(m.countParams()).isEqualTo(271_346);
            assertThat(
                            m.layers().get(1).weights().stream()
                                    .mapToLong(w -> w.variable().shape().size())
                                    .sum())
                    .isEqualTo(3_136);
            assertThat(m.summary())
                    .contains("Total params: 271,346")
                    .contains("Trainable params: 268,978")
                    .contains("Non-trainable params: 2,368")
                    .contains("3,136");
        }
    }

    @Test
    void learnsTheFullMnistTo97AndAHalfPercentInFiveEpochs() {
        assumeThat(Files.isDirectory(FULL_MNIST))
                .as("SKIPPED: the full MNIST is not at " + FULL_MNIST)
                .isTrue();
        try (Model m = geron()) {
            Adam adam = new Adam();
            m.compile(adam, new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
            Callback slowerAtTheEnd =
                    new Callback() {
                        @Override
                        public boolean onEpochEnd(
                                int epoch, Map<String, Double> logs, Model model) {
                            adam.setLearningRate(epoch >= 2 ? 1.25e-4 : 1e-3);
                            return true;
                        }
                    };
            FitOptions options =
                    FitOptions.epochs(5)
                            .withSeed(1)
                            .withValidation(part("t10k"))
                            .withCallbacks(slowerAtTheEnd);
            History h = m.fit(part("train"), options);
            assertThat(h.last("val_accuracy")).isGreaterThanOrEqualTo(.975);
        }
    }

    private static TensorDataset part(String name) {
        Tensor x = Idx.images(FULL_MNIST.resolve(name + "-images-idx3-ubyte.gz"));
        int rows = x.shape().dim(0);
        return Dataset.of(
                x.reshape(Shape.of(rows, 784)),
                Idx.labels(FULL_MNIST.resolve(name + "-labels-idx1-ubyte.gz")));
    }
}
