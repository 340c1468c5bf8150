package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Backend;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.Softmax;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.AveragePooling2D;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.op.Draw;
import dev.thaw.op.Gradients;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Settings that let cuDNN do what our own kernels do by default. */
@OnSimulator
class CudnnChoicesTest {
    private static final Map<String, String> DROPOUT = Map.of("thaw.cuda.dropout", "cudnn");

    private static Sequential network() {
        RandomSeed.set(3);
        return new Sequential(
                Input.of(6, 6, 2),
                new Conv2D(4, 3),
                new BatchNormalization(),
                new Activation(ActivationFunction.TANH),
                new AveragePooling2D(2),
                new Flatten(),
                new Dropout(.5),
                new Dense(3),
                new Softmax());
    }

    /** What ran on the device in one training step. */
    private static List<String> traced(Map<String, String> settings) {
        try (Backend cuda = Settings.open(settings);
                Model running = network().on(cuda)) {
            running.compile(Compilation.of(new SGD(.1), new MeanSquaredError()));
            Simulator.require().set(Simulator.Setting.TRACE, 1);
            running.trainOnBatch(Noise.uniform(1, 5, 6, 6, 2), Noise.uniform(2, 5, 3));
            cuda.synchronize();
            return Simulator.require().trace();
        } finally {
            Simulator.require().set(Simulator.Setting.TRACE, 0);
        }
    }

    @Test
    void byDefaultOurKernelsRun() {
        assertThat(traced(Map.of()))
                .contains("bn_apply", "dropout")
                .doesNotContain(
                        "cudnnBatchNormalizationForwardTraining",
                        "cudnnBatchNormalizationBackward",
                        "cudnnDropoutForward");
    }

    @Test
    void batchNormalizationGoesToCudnn() {
        assertThat(traced(Map.of("thaw.cuda.batchnorm", "cudnn")))
                .contains(
                        "cudnnBatchNormalizationForwardTraining", "cudnnBatchNormalizationBackward")
                .doesNotContain("bn_apply");
    }

    @Test
    void dropoutGoesToCudnn() {
        assertThat(traced(DROPOUT))
                .contains("cudnnDropoutForward", "cudnnDropoutBackward")
                .doesNotContain("dropout");
    }

    /** Products of matrices, and convolutions with both gradients. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void productsAreRoundedToTf32WhereTheSettingSaysSo(boolean rounded) {
        List<String> products =
                traced(Map.of(Engine.TF32, String.valueOf(rounded))).stream()
                        .filter(l -> l.matches("cublasGemm.*|cudnnConvolution.*"))
                        .toList();
        assertThat(products)
                .allMatch(l -> l.endsWith(" TF32") == rounded)
                .extracting(l -> l.replace(" TF32", ""))
                .contains(
                        "cublasGemmEx",
                        "cudnnConvolutionBiasActivationForward",
                        "cudnnConvolutionBackwardFilter");
    }

    @Test
    void theDeviceTellsItsSettings() {
        try (Backend cuda =
                Settings.open(
                        Map.of(
                                "thaw.cuda.batchnorm",
                                "cudnn-persistent",
                                CudnnFind.PROPERTY,
                                "find",
                                "thaw.cuda.dropout",
                                "cudnn"))) {
            assertThat(cuda.description())
                    .contains("convolutions measured", "batchnorm cudnn-persistent; dropout cudnn");
        }
    }

    @Test
    void otherWordsAreRefused() {
        assertThatThrownBy(() -> Settings.batchNorm("ours"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "thaw.cuda.batchnorm: must be one of [auto, own, cudnn, cudnn-persistent],"
                                + " got 'ours'");
        assertThatThrownBy(() -> Settings.open(Map.of("thaw.cuda.dropout", "fast")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("thaw.cuda.dropout: must be one of [auto, own, cudnn], got 'fast'");
        assertThatThrownBy(() -> Settings.open(Map.of(CudnnFind.PROPERTY, "best")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("thaw.cuda.convolution: must be guess or find, got 'best'");
    }

    /** A dropped tensor of ones, and the gradient behind the same mask. */
    private record Masked(Tensor y, Tensor dx) {}

    private static List<Masked> masks(boolean graphs, double rate, Shape noise, int runs) {
        Shape s = Shape.of(40, 25);
        Program p = new Program();
        Value x = p.input("x", s, DType.FLOAT32);
        Value dy = p.input("dy", s, DType.FLOAT32);
        Value steps = p.input("step", Shape.of(), DType.INT64);
        Value y = p.temp("y", s);
        double scale = 1 / (1 - rate);
        p.emit(new dev.thaw.op.Dropout(x, steps, y, new Draw(7, 1), noise, rate, scale));
        Value dx = Gradients.of(p, Map.of(y, dy), List.of(x)).get(x);
        List<Masked> all = new ArrayList<>();
        try (Backend cuda =
                        Settings.open(
                                Map.of(
                                        "thaw.cuda.dropout",
                                        "cudnn",
                                        CudaBackend.GRAPHS,
                                        "" + graphs));
                Plan plan = new Plan(p, cuda, DeviceMemory.of(cuda), Set.of(y, dx))) {
            for (int i = 0; i < runs; i++) {
                plan.feed(x, Tensor.full(s, 1));
                plan.feed(dy, Tensor.full(s, .5f));
                plan.feed(steps, Tensor.scalar(3L));
                plan.run();

                all.add(new Masked(plan.fetch(y), plan.fetch(dx)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cudnnsDropoutDrawsAnewAtEachLaunchAndReplay(boolean graphs) {
        List<Masked> all = masks(graphs, .25, Shape.of(40, 25), 6);
        for (int i = 0; i < all.size(); i++) {
            Masked m = all.get(i);
            int dropped = 0;
            for (int j = 0; j < m.y.size(); j++) {
                // kept: 1 / .75 and half of it; dropped: both 0; one mask
                assertThat(m.y.floats()[j]).isIn(0f, 1 / .75f);
                assertThat(m.dx.floats()[j]).isEqualTo(m.y.floats()[j] / 2);
                dropped += m.y.floats()[j] == 0 ? 1 : 0;
            }
            // six standard deviations of a binomial proportion of 1000
            assertThat(dropped / 1000.).isBetween(.25 - .083, .25 + .083);
            for (int j = 0; j < i; j++) {
                assertThat(m.y.bitEquals(all.get(j).y)).as("masks %d and %d", i, j).isFalse();
            }
        }
    }

    @Test
    void whatCudnnsDropoutLacksStaysWithPhilox() {
        Simulator.require().set(Simulator.Setting.TRACE, 1);
        masks(false, .25, Shape.of(40, 1), 1);
        assertThat(Simulator.require().trace())
                .contains("dropout_shared")
                .doesNotContain("cudnnDropoutForward");
    }

    @Test
    void graphsDrawTheMasksThatSingleLaunchesDraw() {
        Tensor x = Noise.uniform(4, 3, 6, 6, 2);
        List<List<Float>> results = new ArrayList<>();
        for (boolean graphs : new boolean[] {false, true}) {
            List<Float> all = new ArrayList<>();
            try (Backend cuda =
                            Settings.open(
                                    Map.of(
                                            "thaw.cuda.dropout",
                                            "cudnn",
                                            CudaBackend.GRAPHS,
                                            "" + graphs));
                    Model running = network().on(cuda)) {
                for (int i = 0; i < 6; i++) {
                    all.add(running.call(List.of(x), Mode.TRAINING).get(0).floats()[0]);
                }
            }
            assertThat(Set.copyOf(all)).hasSizeGreaterThan(2);
            results.add(all);
        }
        assertThat(results.get(1)).isEqualTo(results.get(0));
    }
}
