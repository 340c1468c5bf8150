package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Backend;
import dev.thaw.graph.Network;
import dev.thaw.layer.ActivationFunction;
import dev.thaw.layer.Conv2D;
import dev.thaw.layer.Dense;
import dev.thaw.layer.Flatten;
import dev.thaw.layer.Input;
import dev.thaw.layer.Padding;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.Sequential;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.Trainer;
import dev.thaw.train.TrainingData;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import jcuda.driver.CUresult;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Where cuDNN refuses a convolution, a kernel of our own takes its place, with one warning. */
@OnSimulator
class RefusedByCudnnTest {
    private static final int STEPS = 12;
    private static final int BATCH = 8;
    private static final int SIDE = 7;

    /** Two forward, one for the gradient of the second's images, two for those of the filters. */
    private static final int GEOMETRIES = 5;

    /** A step runs some 15 ops forward and backward; the longest sums, of filters, have these. */
    private static final double WALK = 4 * Math.sqrt(15 * BATCH * SIDE * SIDE);

    private Simulator simulator;

    @BeforeEach
    void open() {
        simulator = Simulator.require();
        simulator.set(Setting.QUIET, 1);
    }

    private record Run(List<Double> losses, List<Tensor> weights, List<String> warnings) {}

    private static Network network() {
        RandomSeed.set(3);
        return new Sequential(
                Input.of(SIDE, SIDE, 2),
                new Conv2D(4, 3).activation(ActivationFunction.RELU),
                // its padding is not the same on both sides
                new Conv2D(5, 2).padding(Padding.SAME).strides(2),
                new Flatten(),
                new Dense(3, ActivationFunction.SOFTMAX));
    }

    private static TrainingData batch(int step) {
        SplittableRandom r = new SplittableRandom(step);
        Tensor x = Tensor.zeros(Shape.of(BATCH, SIDE, SIDE, 2), DType.FLOAT32);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) (r.nextDouble() * 2 - 1);
        }
        return TrainingData.of(x, Tensor.of(r.ints(BATCH, 0, 3).toArray()));
    }

    /** Trains the same twice, as two models, on one backend. */
    private Run run(Map<String, String> settings, int refusal) {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        Run last = null;
        try (Backend backend = Settings.open(settings)) {
            simulator.set(Setting.CUDNN_REFUSES, refusal);
            long descriptors = simulator.count(Counter.LIVE_DESCRIPTORS);
            for (int i = 0; i < 2; i++) {
                last = train(backend);
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
        return new Run(last.losses, last.weights, warnings);
    }

    private static Run train(Backend backend) {
        Network model = network();
        List<Double> losses = new ArrayList<>();
        try (Trainer trainer = new Trainer(model, backend)) {
            trainer.compile(Compilation.of(new Adam(.01), new SparseCategoricalCrossentropy()));
            for (int i = 0; i < STEPS; i++) {
                losses.add(trainer.trainOnBatch(batch(i)).get("loss"));
            }
        }
        return new Run(
                losses,
                model.weights().stream().map(w -> w.variable().value().copy()).toList(),
                List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "1, guess, Algorithm_v7",
        "1, find, Find",
        "2, guess, CUDNN_STATUS_NOT_SUPPORTED (3000)",
        "2, find, CUDNN_STATUS_NOT_SUPPORTED (3000)",
        "3, guess, CUDNN_STATUS_NOT_SUPPORTED (3000)"
    })
    void aModelTrainsOnKernelsOfOurOwn(int refusal, String choice, String answer) {
        Map<String, String> settings = Map.of(CudnnFind.PROPERTY, choice);
        Run usual = run(settings, 0);
        Run refused = run(settings, refusal);
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
        Run queries = run(Map.of(), 1);
        for (int refusal = 2; refusal <= 3; refusal++) {
            Run other = run(Map.of(), refusal);
            assertThat(other.losses).isEqualTo(queries.losses);
            for (int i = 0; i < other.weights.size(); i++) {
                assertThat(other.weights.get(i).bitEquals(queries.weights.get(i))).isTrue();
            }
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
