package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Weight;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.model.callback.Callback;
import dev.thaw.sim.OnSimulator;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Steps that are recorded as CUDA graphs and replayed do to the bit what op by op they do. */
@ExtendWith(OnSimulator.Counted.class)
final class GraphReplayTest {
    private static final int STEPS = 55;
    private static final int BATCH = 16;
    private static final int PARTIAL = 7;
    private static final int[] IMAGE = {6, 6, 2};

    @BeforeEach
    void requireDevice() {
        CudaDevice.open();
    }

    @AfterEach
    void forgetTheSetting() {
        System.clearProperty(CudaBackend.GRAPHS);
    }

    /** A backend of its own with or without graphs. */
    static Backend open(boolean graphs) {
        System.setProperty(CudaBackend.GRAPHS, "" + graphs);
        return new CudaProvider().open(0);
    }

    static Model network() {
        RandomSeed.set(9);
        return new Sequential(
                Input.of(IMAGE),
                new Conv2D(4, 3),
                new BatchNormalization(),
                new dev.thaw.layer.activation.Activation(ActivationFunction.RELU),
                new Flatten(),
                new Dense(8),
                new BatchNormalization(),
                new Dropout(.3),
                new Dense(3, ActivationFunction.SOFTMAX));
    }

    static TensorDataset data(long seed, int rows) {
        SplittableRandom r = new SplittableRandom(seed);
        Tensor x = Tensor.zeros(Shape.of(rows, IMAGE[0], IMAGE[1], IMAGE[2]), DType.FLOAT32);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) (r.nextDouble() * 2 - 1);
        }
        int[] y = r.ints(rows, 0, 3).toArray();
        return Dataset.of(x, Tensor.of(y));
    }

    static Compilation adam() {
        return Compilation.of(
                new Adam(.01), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
    }

    /** Everything that a step may change: weights, statistics, slots, the count of steps. */
    private static List<Tensor> state(Model model, Adam adam) {
        List<Tensor> all = new ArrayList<>();
        for (Weight w : model.weights()) {
            all.add(w.variable().value());
            adam.slots(w.variable()).values().forEach(s -> all.add(s.value()));
        }
        all.add(adam.iterationsVariable().value());
        return all;
    }

    private static void requireSame(List<Tensor> got, List<Tensor> expected, String when) {
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i).bitEquals(expected.get(i)))
                    .as("%s: tensor %d, %s", when, i, got.get(i).shape())
                    .isTrue();
        }
    }

    /** The state and the loss after each step; every fifth step has fewer rows. */
    private static List<List<Tensor>> stepByStep(boolean graphs) {
        List<List<Tensor>> all = new ArrayList<>();
        Model model = network();
        try (Backend cuda = open(graphs);
                Model running = model.on(cuda)) {
            Adam adam = new Adam(.01);
            running.compile(Compilation.of(adam, new SparseCategoricalCrossentropy()));
            for (int i = 0; i < STEPS; i++) {
                if (i == STEPS / 2) {
                    adam.setLearningRate(.002);
                }
                double loss =
                        running.trainOnBatch(data(i, i % 5 == 4 ? PARTIAL : BATCH).batch())
                                .get("loss");
                List<Tensor> after = state(model, adam);
                after.add(Tensor.of(new float[] {(float) loss}));
                all.add(after);
            }
        }
        return all;
    }

    /**
     * The second step records and the third replays, so that a capture that ran its kernels too, or
     * that ran none, would show there: the states of all steps are compared.
     */
    @Test
    void everyStepLeavesTheSameBits() {
        requireSameSteps();
    }

    static void requireSameSteps() {
        List<List<Tensor>> eager = stepByStep(false);
        List<List<Tensor>> replayed = stepByStep(true);
        for (int i = 0; i < STEPS; i++) {
            requireSame(replayed.get(i), eager.get(i), "after step " + i);
        }
        requireChange(replayed);
    }

    private static void requireChange(List<List<Tensor>> states) {
        for (int i = 1; i < STEPS; i++) {
            for (int t = 0; t < states.get(i).size(); t++) {
                Tensor before = states.get(i - 1).get(t);
                assertThat(states.get(i).get(t).bitEquals(before))
                        .as("tensor %d stands still in step %d", t, i)
                        .isFalse();
            }
        }
    }

    private record Fitted(History history, List<Tensor> state) {}

    private static Fitted fit(boolean graphs) {
        Model model = network();
        try (Backend cuda = open(graphs);
                Model running = model.on(cuda)) {
            Adam adam = new Adam(.01);
            running.compile(Compilation.of(adam, new SparseCategoricalCrossentropy()));
            Callback slower =
                    new Callback() {
                        @Override
                        public void onStepEnd(
                                int epoch, int step, RunningLogs running, Model model) {
                            if (epoch == 5 && step == 2) {
                                adam.setLearningRate(.002);
                            }
                        }
                    };
            History history =
                    running.fit(
                            data(1, 4 * BATCH + PARTIAL),
                            FitOptions.epochs(11)
                                    .withBatchSize(BATCH)
                                    .withSeed(3)
                                    .withVerbosity(FitOptions.Verbosity.SILENT)
                                    .withValidation(data(2, 2 * BATCH))
                                    .withCallbacks(slower));
            return new Fitted(history, state(model, adam));
        }
    }

    @Test
    void fitGivesTheSameBitsWithPartialBatchesAndAnotherLearningRate() {
        Fitted eager = fit(false);
        Fitted replayed = fit(true);
        assertThat(replayed.history().epochs()).isEqualTo(eager.history().epochs());
        requireSame(replayed.state(), eager.state(), "after fit");
    }

    private static List<Tensor> masks(boolean graphs) {
        RandomSeed.set(4);
        Model model = new Sequential(Input.of(64), new Dropout(.5), new Dropout(.5));
        Tensor ones = Tensor.full(Shape.of(3, 64), 1);
        List<Tensor> all = new ArrayList<>();
        try (Backend cuda = open(graphs);
                Model running = model.on(cuda)) {
            for (int i = 0; i < 8; i++) {
                all.add(running.call(List.of(ones), Mode.TRAINING).get(0));
            }
        }
        return all;
    }

    @Test
    void eachReplayDrawsAnotherMask() {
        List<Tensor> eager = masks(false);
        List<Tensor> replayed = masks(true);
        requireSame(replayed, eager, "masks");
        for (int i = 0; i < replayed.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(replayed.get(i).bitEquals(replayed.get(j))).isFalse();
            }
        }
    }
}
