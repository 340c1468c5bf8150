package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.data.Dataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.op.Increment;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Batches on their way in while steps run; the simulator runs nothing before something waits. */
@OnSimulator
class StagingTest {
    /** 80 kB: a landing's. */
    private static final Shape LARGE = Shape.of(20_000);

    private Simulator simulator;
    private Backend cuda;
    private Buffer counter;
    private Prepared prepared;
    private Kernel step;

    @BeforeEach
    void open() {
        simulator = Simulator.require();
        cuda = Settings.open(Map.of());
        counter = cuda.allocate(Long.BYTES, "counter");
        Value v = new Program().variable(Variable.state("counter", Tensor.scalar(0L)));
        prepared = cuda.prepare(new Increment(v));
        step = prepared.bind(any -> counter, null);
    }

    @AfterEach
    void close() {
        simulator.set(Setting.DEFERRED, 0);
        step.close();
        counter.close();
        cuda.close();
    }

    /** A step is queued and does not run; what then comes in must not wait for it. */
    private long stepsRun() {
        return simulator.count(Counter.KERNEL_LAUNCHES);
    }

    /** Until it counts as an input of steps, and landings are there. */
    private void fillOften(Buffer x, Shape shape) {
        for (int i = 0; i < 3; i++) {
            cuda.upload(Tensor.full(shape, 77 + i), x);
        }
        cuda.synchronize();
    }

    private static Tensor content(Buffer x, Backend of) {
        Tensor got = Tensor.zeros(Shape.of((int) x.bytes() / 4), DType.FLOAT32);
        of.download(x, got);
        return got;
    }

    @Test
    void theNextBatchesAreCopiedWhileAStepRuns() {
        try (Buffer x = cuda.allocate(4 * LARGE.size(), "x")) {
            fillOften(x, LARGE);
            simulator.set(Setting.DEFERRED, 1);
            simulator.resetCounters();
            cuda.upload(Tensor.full(LARGE, 2), x);
            step.launch();
            cuda.upload(Tensor.full(LARGE, 3), x);
            cuda.upload(Tensor.full(LARGE, 4), x);
            assertThat(simulator.count(Counter.HOST_TO_DEVICE_COPIES)).isPositive();
            assertThat(stepsRun()).isZero();
            assertThat(content(x, cuda).floats()).containsOnly(4);
            assertThat(stepsRun()).isEqualTo(1);
            assertThat(simulator.count(Counter.HOST_TO_DEVICE_COPIES)).isEqualTo(3);
        }
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void smallUploadsDoNotWaitForAStep() {
        try (Buffer rate = cuda.allocate(4, "rate")) {
            cuda.synchronize();
            simulator.set(Setting.DEFERRED, 1);
            simulator.resetCounters();
            step.launch();
            for (int i = 0; i < 12; i++) {
                cuda.upload(Tensor.scalar((float) i), rate);
            }
            assertThat(stepsRun()).isZero();
            Tensor got = Tensor.scalar(0f);
            cuda.download(rate, got);
            assertThat(got.floats()).containsExactly(11);
            assertThat(stepsRun()).isEqualTo(1);
        }
    }

    /** Sizes differ, so that landings grow in between; each ends in its own place. */
    @Test
    void batchesInFlightNeverMix() {
        int n = 40;
        Buffer[] kept = new Buffer[n];
        for (int i = 0; i < n; i++) {
            Shape shape = Shape.of(16_500 + 80 * (7 * i % n));
            kept[i] = cuda.allocate(4 * shape.size(), "kept");
            cuda.upload(Tensor.full(shape, -1), kept[i]);
            cuda.upload(Tensor.full(shape, -2), kept[i]);
        }
        simulator.set(Setting.DEFERRED, 1);
        simulator.resetCounters();
        for (int i = 0; i < n; i++) {
            cuda.upload(Tensor.full(Shape.of((int) kept[i].bytes() / 4), i), kept[i]);
            step.launch();
        }
        for (int i = 0; i < n; i++) {
            assertThat(content(kept[i], cuda).floats()).as("batch %d", i).containsOnly(i);
            kept[i].close();
        }
        assertThat(simulator.count(Counter.DEVICE_TO_DEVICE_COPIES)).isEqualTo(n);
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void weightsTakeNoMemoryBesides() {
        try (Buffer weights = cuda.allocate(4 * LARGE.size(), "weights")) {
            long device = simulator.count(Counter.LIVE_BYTES);
            long pinned = simulator.count(Counter.LIVE_PINNED);
            cuda.upload(Tensor.full(LARGE, 1), weights);
            cuda.upload(Tensor.full(LARGE, 2), weights);
            assertThat(simulator.count(Counter.LIVE_BYTES)).isEqualTo(device);
            assertThat(simulator.count(Counter.LIVE_PINNED)).isEqualTo(pinned);
            cuda.upload(Tensor.full(LARGE, 3), weights);
            assertThat(simulator.count(Counter.LIVE_BYTES)).isEqualTo(device + 8 * LARGE.size());
        }
    }

    /** One landing would fit, two do not. */
    @Test
    void withoutRoomBatchesComeInAsTheyDidBefore() {
        try (Buffer x = cuda.allocate(4 * LARGE.size(), "x")) {
            long full = simulator.count(Counter.LIVE_BYTES) + 6 * LARGE.size();
            simulator.set(Setting.QUIET, 1);
            simulator.set(Setting.MEMORY, full);
            fillOften(x, LARGE);
            simulator.resetCounters();
            cuda.upload(Tensor.full(LARGE, 5), x);
            assertThat(content(x, cuda).floats()).containsOnly(5);
            assertThat(simulator.count(Counter.DEVICE_TO_DEVICE_COPIES)).isZero();
            assertThat(simulator.count(Counter.ALLOCATIONS)).as("it is not tried again").isZero();
            assertThat(simulator.count(Counter.LIVE_BYTES))
                    .isLessThanOrEqualTo(full - 6 * LARGE.size());
        }
    }

    @Test
    void landingsMakeRoomForWhatIsNeeded() {
        try (Buffer x = cuda.allocate(4 * LARGE.size(), "x")) {
            fillOften(x, LARGE);
            simulator.set(Setting.QUIET, 1);
            simulator.set(Setting.MEMORY, simulator.count(Counter.LIVE_BYTES));
            simulator.set(Setting.DEFERRED, 1);
            cuda.upload(Tensor.full(LARGE, 6), x);
            try (Buffer more = cuda.allocate(4 * LARGE.size(), "a plan's")) {
                assertThat(content(more, cuda).floats()).containsOnly(0);
                assertThat(content(x, cuda).floats()).containsOnly(6);
            }
        }
    }

    /** Two landings, and no room besides. */
    private void fillTheGpu(Buffer x) {
        fillOften(x, LARGE);
        simulator.set(Setting.QUIET, 1);
        simulator.set(Setting.MEMORY, simulator.count(Counter.LIVE_BYTES));
        simulator.resetCounters();
    }

    @Test
    void landingsMakeRoomForTheGraphOfAStep() {
        try (Buffer x = cuda.allocate(4 * LARGE.size(), "x");
                Kernel twice = cuda.sequence(List.of(step, step))) {
            fillTheGpu(x);
            twice.launch();
            twice.launch();
            assertThat(simulator.count(Counter.GRAPH_LAUNCHES)).isEqualTo(1);
        }
    }

    /** Kernels are bound until their arguments need another page. */
    @Test
    void landingsMakeRoomForArguments() {
        List<Kernel> many = new ArrayList<>();
        try (Buffer x = cuda.allocate(4 * LARGE.size(), "x")) {
            fillTheGpu(x);
            simulator.set(Setting.PINNED, simulator.count(Counter.LIVE_PINNED));
            long pinned = simulator.count(Counter.LIVE_PINNED);
            while (simulator.count(Counter.LIVE_PINNED) == pinned) {
                many.add(prepared.bind(any -> counter, null));
            }
            assertThat(simulator.count(Counter.LIVE_PINNED)).isLessThan(pinned);
        } finally {
            many.forEach(Kernel::close);
        }
    }

    @Test
    void batchesLargerThanALandingComeInPieces() {
        Shape huge = Shape.of((64 << 18) + 300_001);
        try (Buffer x = cuda.allocate(4 * huge.size(), "x")) {
            fillOften(x, huge);
            Tensor batch = Tensor.zeros(huge, DType.FLOAT32);
            for (int i = 0; i < huge.size(); i++) {
                batch.floats()[i] = i;
            }
            simulator.set(Setting.DEFERRED, 1);
            simulator.resetCounters();
            cuda.upload(batch, x);
            cuda.upload(batch, x);
            assertThat(content(x, cuda).bitEquals(batch)).isTrue();
            assertThat(simulator.count(Counter.DEVICE_TO_DEVICE_COPIES)).isEqualTo(4);
        }
    }

    private List<Tensor> trained() {
        RandomSeed.set(6);
        Model model =
                new Sequential(
                        Input.of(40),
                        new Dense(8, ActivationFunction.TANH),
                        new Dense(3, ActivationFunction.SOFTMAX));
        Tensor x = Noise.uniform(2, 512 * 6 + 450, 40);
        try (Model running = model.on(cuda)) {
            running.compile(Compilation.of(new SGD(.1), new SparseCategoricalCrossentropy()));
            running.fit(
                    Dataset.of(x, Noise.thirds(x)),
                    FitOptions.epochs(2)
                            .withBatchSize(512)
                            .withSeed(1)
                            .withVerbosity(FitOptions.Verbosity.SILENT));
        }
        return model.weights().stream().map(w -> w.variable().value().copy()).toList();
    }

    /** Large batches, the last one of an epoch smaller, and no wait between the steps. */
    @Test
    void aTrainingThatRunsAheadLearnsTheSame() {
        List<Tensor> usual = trained();
        simulator.set(Setting.DEFERRED, 1);
        List<Tensor> ahead = trained();
        for (int i = 0; i < usual.size(); i++) {
            assertThat(ahead.get(i).bitEquals(usual.get(i))).as("weight %d", i).isTrue();
        }
        assertThat(simulator.reports()).isEmpty();
    }
}
