package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.backend.spi.Prepared;
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
import dev.thaw.op.Convolution;
import dev.thaw.op.Draw;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /** Another process may have it all: then models run on the CPU, and nothing is held. */
    @Test
    void aGpuThatIsFullIsNotAvailable() {
        List<Counter> held =
                List.of(
                        Counter.LIVE_BYTES,
                        Counter.LIVE_PINNED,
                        Counter.LIVE_STREAMS,
                        Counter.LIVE_EVENTS,
                        Counter.LIVE_DESCRIPTORS);
        List<Long> before = held.stream().map(simulator::count).toList();
        for (long free : new long[] {0, 64 << 10, 80 << 10}) {
            simulator.set(Setting.MEMORY, simulator.count(Counter.LIVE_BYTES) + free);
            assertThatThrownBy(() -> new CudaProvider().open(0))
                    .as("with %s bytes", free)
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("the GPU has")
                    .hasMessageContaining("check with nvidia-smi that the GPU is free");
            assertThat(held.stream().map(simulator::count).toList()).isEqualTo(before);
        }
        simulator.set(Setting.MEMORY, 1L << 32);
        simulator.set(Setting.PINNED, simulator.count(Counter.LIVE_PINNED));
        assertThatThrownBy(() -> new CudaProvider().open(0))
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(held.stream().map(simulator::count).toList()).isEqualTo(before);
    }

    @Test
    void withoutRoomToMeasureConvolutionsCudnnGuesses() {
        Program p = new Program();
        Window window =
                new Window(
                        List.of(3, 3), List.of(1, 1), List.of(1, 1), List.of(0, 0), List.of(0, 0));
        Convolution op =
                new Convolution(
                        p.input("x", Shape.of(2, 9, 9, 4), DType.FLOAT32),
                        p.input("w", Shape.of(3, 3, 4, 8), DType.FLOAT32),
                        null,
                        p.temp("y", Shape.of(2, 7, 7, 8)),
                        window,
                        1);
        try (Backend finding = Settings.finding()) {
            long before = simulator.count(Counter.LIVE_BYTES);
            simulator.set(Setting.MEMORY, before);
            try (Prepared guessed = finding.prepare(op)) {
                assertThat(guessed.choice()).startsWith("cuDNN's algorithm ");
            }
            simulator.set(Setting.MEMORY, 1L << 32);
            finding.prepare(op).close();
            assertThat(simulator.count(Counter.LIVE_BYTES)).isEqualTo(before);
        }
    }

    /** cuDNN's dropout keeps masks, for which memory is asked when its ops are prepared. */
    @Test
    void whatOpsKeepIsMissingLikeAllOtherMemory() {
        int failures = 0;
        try (Backend dropping = Settings.open(Map.of("thaw.cuda.dropout", "cudnn"))) {
            long before = simulator.count(Counter.LIVE_BYTES);
            for (long more = 0; ; more += 1 << 10) {
                simulator.set(Setting.MEMORY, before + more);
                Throwable refused = catchThrowable(() -> dropped(dropping).close());
                if (refused == null) {
                    break;
                }
                assertThat(refused)
                        .as("with %,d bytes", more)
                        .isInstanceOf(DeviceOutOfMemoryException.class);
                failures++;
            }
        }
        assertThat(failures).isGreaterThan(5);
    }

    private static Plan dropped(Backend backend) {
        Shape s = Shape.of(40, 25);
        Program p = new Program();
        Value y = p.temp("y", s);
        p.emit(
                new dev.thaw.op.Dropout(
                        p.input("x", s, DType.FLOAT32),
                        p.input("step", Shape.of(), DType.INT64),
                        y,
                        new Draw(7, 1),
                        s,
                        .5,
                        2));
        return new Plan(p, backend, DeviceMemory.of(backend), Set.of(y));
    }
}
