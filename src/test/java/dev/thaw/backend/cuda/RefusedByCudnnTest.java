package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Backend;
import dev.thaw.data.Batch;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Padding;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import jcuda.driver.CUresult;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Where cuDNN refuses an op, kernels of our own take its place, with one warning. */
@OnSimulator
class RefusedByCudnnTest {
    private static final int STEPS = 12;
    private static final int BATCH = 8;
    private static final int SIDE = 7;

    /** Two forward, one for the gradient of the second's images, two for those of the filters. */
    private static final int GEOMETRIES = 5;

    /** A step runs some 15 ops forward and backward; the longest sums, of filters, have these. */
    private static final double WALK = 4 * Math.sqrt(15 * BATCH * SIDE * SIDE);

    @TempDir private Path cache;
    private Simulator simulator;

    @BeforeEach
    void open() {
        simulator = Simulator.require();
        simulator.set(Setting.QUIET, 1);
    }

    /**
     * @param results what the trained model gives, and its weights
     */
    private record Run(List<Double> losses, List<Tensor> results, List<String> warnings) {}

    private static Model convolutions() {
        RandomSeed.set(3);
        return new Sequential(
                Input.of(SIDE, SIDE, 2),
                new Conv2D(4, 3).activation(ActivationFunction.RELU),
                // its padding is not the same on both sides
                new Conv2D(5, 2).padding(Padding.SAME).strides(2),
                new Flatten(),
                new Dense(3, ActivationFunction.SOFTMAX));
    }

    private static Batch batch(int step) {
        SplittableRandom r = new SplittableRandom(step);
        Tensor x = Tensor.zeros(Shape.of(BATCH, SIDE, SIDE, 2), DType.FLOAT32);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) (r.nextDouble() * 2 - 1);
        }
        return Batch.of(x, Tensor.of(r.ints(BATCH, 0, 3).toArray()));
    }

    /** Trains the same twice, as two models, on one backend. */
    private Run run(Supplier<Model> network, Map<String, String> settings, int refusal) {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        Run last = null;
        try (Backend backend = Settings.open(settings)) {
            simulator.set(Setting.CUDNN_REFUSES, refusal);
            long descriptors = simulator.count(Counter.LIVE_DESCRIPTORS);
            for (int i = 0; i < 2; i++) {
                last = train(network.get(), backend);
                assertThat(simulator.count(Counter.LIVE_DESCRIPTORS))
                        .as("handles and descriptors that live")
                        .isEqualTo(descriptors);
            }
        } finally {
            System.setErr(err);
            simulator.set(Setting.CUDNN_REFUSES, 0);
        }
        List<String> warnings =
                log.toString().lines().filter(l -> l.contains("cuDNN refuses")).toList();
        return new Run(last.losses, last.results, warnings);
    }

    private static Run train(Model model, Backend backend) {
        List<Double> losses = new ArrayList<>();
        List<Tensor> results = new ArrayList<>();
        try (Model running = model.on(backend)) {
            running.compile(Compilation.of(new Adam(.01), new SparseCategoricalCrossentropy()));
            for (int i = 0; i < STEPS; i++) {
                losses.add(running.trainOnBatch(batch(i)).get("loss"));
            }
            Tensor x = Noise.uniform(1, BATCH, SIDE, SIDE, 2);
            results.addAll(running.call(List.of(x), Mode.INFERENCE));
        }
        model.weights().forEach(w -> results.add(w.variable().value().copy()));
        return new Run(losses, results, List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "1, guess, Algorithm_v7 failed",
        "1, find, AlgorithmEx failed",
        "2, guess, CUDNN_STATUS_NOT_SUPPORTED (3000)",
        "2, find, CUDNN_STATUS_NOT_SUPPORTED (3000)",
        "3, guess, CUDNN_STATUS_NOT_SUPPORTED (3000)"
    })
    void aModelTrainsOnKernelsOfOurOwn(int refusal, String choice, String answer) {
        Map<String, String> settings = Map.of(CudnnFind.PROPERTY, choice);
        Run usual = run(RefusedByCudnnTest::convolutions, settings, 0);
        Run refused = run(RefusedByCudnnTest::convolutions, settings, refusal);
        assertThat(usual.warnings).isEmpty();
        assertThat(refused.warnings).hasSize(GEOMETRIES).doesNotHaveDuplicates();
        assertThat(refused.warnings).allMatch(w -> w.contains("(8, ") && w.contains(answer));
        assertThat(refused.losses).isNotEqualTo(usual.losses); // other kernels did it
        for (int i = 0; i < STEPS; i++) {
            // both round to float32, and the errors of steps add up at full size; losses are near 1
            assertThat(refused.losses.get(i))
                    .as("loss of step %d", i)
                    .isCloseTo(usual.losses.get(i), within(2 * (i + 1) * WALK * 0x1p-24));
        }
    }

    /** However cuDNN refuses, the same kernels run in its place. */
    @Test
    void allRefusalsEndInTheSameBits() {
        Run queries = run(RefusedByCudnnTest::convolutions, Map.of(), 1);
        for (int refusal = 2; refusal <= 3; refusal++) {
            requireSame(run(RefusedByCudnnTest::convolutions, Map.of(), refusal), queries);
        }
    }

    private static void requireSame(Run got, Run expected) {
        assertThat(got.losses).isEqualTo(expected.losses);
        assertThat(got.results).hasSameSizeAs(expected.results);
        for (int i = 0; i < got.results.size(); i++) {
            assertThat(got.results.get(i).bitEquals(expected.results.get(i))).isTrue();
        }
    }

    private static Model normalized() {
        RandomSeed.set(3);
        return new Sequential(
                Input.of(SIDE, SIDE, 2),
                new Flatten(),
                new Dense(6, ActivationFunction.TANH), // so that the normalization stays an op
                new BatchNormalization(),
                new Dropout(.5),
                new Dense(3, ActivationFunction.SOFTMAX));
    }

    /** Normalization and dropout by kernels of our own have the same bits, asked for or not. */
    @ParameterizedTest
    @CsvSource({
        "3, cudnn, cudnn, 'BatchNormTrain, BatchNormTrainGrad, BatchNormInfer, Dropout'",
        "3, cudnn-persistent, cudnn, 'BatchNormTrain, BatchNormTrainGrad, Dropout'",
        "3, auto, auto, 'BatchNormTrain, BatchNormTrainGrad, BatchNormInfer, Dropout'",
        "2, own, cudnn, Dropout",
        "2, own, auto, Dropout"
    })
    void normalizationAndDropoutFallBackToo(
            int refusal, String batchNorm, String dropout, String refused) {
        Run own =
                run(
                        RefusedByCudnnTest::normalized,
                        Map.of("thaw.cuda.batchnorm", "own", "thaw.cuda.dropout", "own"),
                        0);
        Run got =
                run(
                        RefusedByCudnnTest::normalized,
                        Map.of(
                                "thaw.cuda.batchnorm",
                                batchNorm,
                                "thaw.cuda.dropout",
                                dropout,
                                "thaw.cache",
                                cache.toString()),
                        refusal);
        requireSame(got, own);
        assertThat(got.warnings)
                .allMatch(w -> w.contains("CUDNN_STATUS_NOT_SUPPORTED (3000)"))
                .map(w -> w.replaceAll(".* cuDNN refuses (\\w+) .*", "$1"))
                .containsExactlyInAnyOrder(refused.split(", "));
    }

    /** A plan was made with a call that then fails: no other kernel is at hand. */
    @Test
    void whatFailsInAStepIsAnErrorWithTheOpAndTheAnswer() {
        try (Backend backend = Settings.open(Map.of());
                Model running = convolutions().on(backend)) {
            running.compile(Compilation.of(new Adam(.01), new SparseCategoricalCrossentropy()));
            running.trainOnBatch(batch(0));
            simulator.set(Setting.CUDNN_REFUSES, 3);
            // it cannot be recorded, and is then run op by op
            assertThatThrownBy(() -> running.trainOnBatch(batch(1)))
                    .isInstanceOf(CudaException.class)
                    .hasMessageMatching(
                            "cuda: Convolution .*: cudnnConvolution\\w+ failed:"
                                    + " CUDNN_STATUS_NOT_SUPPORTED \\(3000\\)");
            simulator.set(Setting.CUDNN_REFUSES, 0);
            assertThat(running.trainOnBatch(batch(2)).get("loss")).isPositive();
        }
    }

    @Test
    void anErrorThatLastsIsToldOnce() {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        try {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(
                                () ->
                                        Status.driver(
                                                CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                                                "cuEventSynchronize",
                                                "a copy"))
                        .hasMessageContaining("cuda: a copy: cuEventSynchronize failed");
            }
        } finally {
            System.setErr(err);
        }
        assertThat(log.toString().lines().filter(l -> l.contains("must be started again")))
                .hasSize(1);
    }
}
