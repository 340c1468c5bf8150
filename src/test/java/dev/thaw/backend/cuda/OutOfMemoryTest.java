package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.layer.Input;
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
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** The GPU is full in the middle of training. */
@OnSimulator
class OutOfMemoryTest {
    private static final int SMALL = 4;
    private static final int MEDIUM = 8;
    private static final int LARGE = 64;
    private static final Tensor X = Noise.uniform(1, LARGE, 12, 12, 3);
    private static final Tensor Y = Noise.thirds(X);

    private Simulator simulator;
    private Backend cuda;

    /** What the driver has given out. */
    private record Given(long allocations, long bytes, long descriptors, long graphs) {}

    @BeforeEach
    void open() {
        simulator = Simulator.require();
        cuda = Device.cuda(0).open();
        simulator.set(Setting.QUIET, 1);
        model(SMALL).close(); // modules are loaded once
    }

    /** After the pool has returned what nobody uses. */
    private Given given() {
        assertThat(catchThrowable(() -> cuda.allocate(1L << 45, "everything")))
                .isInstanceOf(DeviceOutOfMemoryException.class);
        return new Given(
                simulator.count(Counter.LIVE_ALLOCATIONS),
                simulator.count(Counter.LIVE_BYTES),
                simulator.count(Counter.LIVE_DESCRIPTORS),
                simulator.count(Counter.LIVE_GRAPHS));
    }

    /** A model that has trained one step on so many rows. */
    private static Model model(int rows) {
        Model m = fresh();
        step(m, rows);
        return m;
    }

    /** A model in the middle of training: its step has been recorded and is replayed. */
    private static Model trained() {
        Model m = model(SMALL);
        step(m, SMALL);
        step(m, SMALL);
        return m;
    }

    private static Model fresh() {
        RandomSeed.set(6);
        Model m =
                new Sequential(
                                Input.of(12, 12, 3),
                                new Conv2D(8, 3),
                                new BatchNormalization(),
                                new Dropout(.2),
                                new Flatten(),
                                new Dense(3, ActivationFunction.SOFTMAX))
                        .on(Device.cuda(0));
        m.compile(new Adam(), new SparseCategoricalCrossentropy());
        return m;
    }

    private static double step(Model m, int rows) {
        return m.trainOnBatch(X.rows(0, rows), Y.rows(0, rows)).get("loss");
    }

    private static List<Tensor> weights(Model m) {
        return m.weights().stream().map(w -> w.variable().value().copy()).toList();
    }

    private static void requireSame(List<Tensor> got, List<Tensor> expected) {
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i).bitEquals(expected.get(i))).as("weight %d", i).isTrue();
        }
    }

    @Test
    void aBatchThatDoesNotFitChangesNothingAndASmallerOneWorks() {
        Given atFirst = given();
        List<Tensor> expected;
        try (Model m = trained()) {
            step(m, MEDIUM);
            expected = weights(m);
        }
        try (Model m = trained()) {
            List<Tensor> before = weights(m);
            Given training = given();
            simulator.set(Setting.MEMORY, training.bytes + (192 << 10));
            Throwable refused = catchThrowable(() -> step(m, LARGE));
            assertThat(refused)
                    .isInstanceOf(DeviceOutOfMemoryException.class)
                    .hasMessageContaining("take a smaller batch");
            System.out.println("in the middle of training: " + refused.getMessage());
            assertThat(given()).as("memory is given back").isEqualTo(training);
            requireSame(weights(m), before);
            step(m, MEDIUM);
            requireSame(weights(m), expected);
        }
        assertThat(given()).isEqualTo(atFirst);
    }

    /** From no memory at all, a little more each time, until a step fits: each stage fails once. */
    @Test
    void whereverItFailsEverythingIsGivenBack() {
        Given atFirst = given();
        List<Tensor> expected;
        try (Model m = model(MEDIUM)) {
            expected = weights(m);
        }
        given();
        int failures = 0;
        boolean fits = false;
        for (long more = 0; !fits; more += 3 << 10) {
            simulator.set(Setting.MEMORY, atFirst.bytes + more);
            try (Model m = fresh()) {
                Throwable refused = catchThrowable(() -> step(m, MEDIUM));
                fits = refused == null;
                if (!fits) {
                    failures++;
                    assertThat(refused).isInstanceOf(DeviceOutOfMemoryException.class);
                    simulator.set(Setting.MEMORY, 1L << 30);
                    step(m, MEDIUM);
                }
                requireSame(weights(m), expected);
            }
            assertThat(given()).as("with %,d bytes", more).isEqualTo(atFirst);
        }
        System.out.printf("a first step failed for want of memory at %d sizes%n", failures);
        assertThat(failures).isGreaterThan(10);
    }
}
