package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;

/** Whole training runs on CUDA against the CPU, and against CUDA itself in another order. */
@OnSimulator
class TrainingOnCudaTest {
    private static final int STEPS = 30;
    private static final int BATCH = 24;
    private static final Tensor X = Noise.uniform(1, BATCH * STEPS, 10);
    private static final Tensor Y = Noise.thirds(X);

    /** A step runs some 20 ops forward and backward, and its sums have up to 24 terms. */
    private static final double WALK = 4 * Math.sqrt(20 * 24);

    /** Losses, one per step, and the weights at the end. */
    private record Run(List<Double> losses, List<Tensor> weights) {
        static Run on(Device device) {
            RandomSeed.set(8);
            // no bias before BN: its gradient is 0 but for rounding, which Adam would magnify
            try (Model m =
                    new Sequential(
                                    Input.of(10),
                                    new Dense(16).useBias(false),
                                    new BatchNormalization(),
                                    new Dropout(.25),
                                    new Dense(12, ActivationFunction.TANH),
                                    new BatchNormalization(),
                                    new Dense(3, ActivationFunction.SOFTMAX))
                            .on(device)) {
                m.compile(new Adam(.01), new SparseCategoricalCrossentropy());
                List<Double> losses = new ArrayList<>();
                for (int i = 0; i < STEPS; i++) {
                    int from = i * BATCH;
                    losses.add(
                            m.trainOnBatch(X.rows(from, from + BATCH), Y.rows(from, from + BATCH))
                                    .get("loss"));
                }
                return new Run(
                        losses,
                        m.weights().stream().map(w -> w.variable().value().copy()).toList());
            }
        }
    }

    /**
     * Both sides round to float32; errors within a step walk at random (4 standard deviations),
     * those of different steps add up at full size. Losses are near 1.
     */
    private static double noise(int steps) {
        return 2 * steps * WALK * 0x1p-24;
    }

    @Test
    void lossesAreThoseOfTheCpuButForFloat32Noise() {
        Run cpu = Run.on(Device.cpu());
        Run cuda = Run.on(Device.cuda(0));
        double worst = 0;
        for (int i = 0; i < STEPS; i++) {
            assertThat(cuda.losses.get(i))
                    .as("loss of step %d", i)
                    .isCloseTo(cpu.losses.get(i), within(noise(i + 1)));
            worst = Math.max(worst, Math.abs(cuda.losses.get(i) - cpu.losses.get(i)));
        }
        System.out.printf(
                "%d steps of BN, dropout and Adam on CUDA and CPU: loss %.4f to %.4f,"
                        + " largest difference %.1e, bound %.1e%n",
                STEPS, cuda.losses.get(0), cuda.losses.get(STEPS - 1), worst, noise(STEPS));
        assertThat(cuda.losses.get(STEPS - 1)).as("it learns").isLessThan(0.8 * cuda.losses.get(0));
    }

    /** Ways in which a GPU may order the work; none may change a bit. */
    @ParameterizedTest
    @EnumSource(
            value = Setting.class,
            names = {"DEFERRED", "REVERSED"})
    void theOrderOfTheWorkChangesNoBit(Setting order) {
        Run usual = Run.on(Device.cuda(0));
        Simulator.require().set(order, 1);
        Run other = Run.on(Device.cuda(0));
        assertThat(other.losses).isEqualTo(usual.losses);
        for (int i = 0; i < usual.weights.size(); i++) {
            assertThat(other.weights.get(i).bitEquals(usual.weights.get(i)))
                    .as("weight %d", i)
                    .isTrue();
        }
        assertThat(Simulator.require().reports()).isEmpty();
    }
}
