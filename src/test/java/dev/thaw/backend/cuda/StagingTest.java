package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.graph.Network;
import dev.thaw.layer.ActivationFunction;
import dev.thaw.layer.Dense;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.model.Sequential;
import dev.thaw.op.Increment;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.Compilation;
import dev.thaw.train.FitOptions;
import dev.thaw.train.Trainer;
import dev.thaw.train.TrainingData;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
    private Kernel step;

    @BeforeEach
    void open() {
        simulator = Simulator.require();
        cuda = Settings.open(Map.of());
        counter = cuda.allocate(Long.BYTES, "counter");
        Value v = new Program().variable(Variable.state("counter", Tensor.scalar(0L)));
        step = cuda.prepare(new Increment(v)).bind(any -> counter, null);
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

    @Test
    void theNextBatchesAreCopiedWhileAStepRuns() {
        try (Buffer x = cuda.allocate(4 * LARGE.size(), "x")) {
            cuda.upload(Tensor.full(LARGE, 1), x);
            cuda.synchronize(); // the landings are there
            simulator.set(Setting.DEFERRED, 1);
            simulator.resetCounters();
            cuda.upload(Tensor.full(LARGE, 2), x);
            step.launch();
            cuda.upload(Tensor.full(LARGE, 3), x);
            cuda.upload(Tensor.full(LARGE, 4), x);
            assertThat(simulator.count(Counter.HOST_TO_DEVICE_COPIES)).isPositive();
            assertThat(stepsRun()).isZero();
            Tensor got = Tensor.zeros(LARGE, dev.thaw.tensor.DType.FLOAT32);
            cuda.download(x, got);
            assertThat(got.floats()).containsOnly(4);
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

    /** Every batch is read by the step after it, wherever the copies are in between. */
    @Test
    void batchesInFlightNeverMix() {
        int n = 40;
        Buffer[] kept = new Buffer[n];
        try (Buffer x = cuda.allocate(4 * LARGE.size(), "x")) {
            simulator.set(Setting.DEFERRED, 1);
            for (int i = 0; i < n; i++) {
                // sizes differ, so that landings grow in between
                Shape shape = Shape.of(16_500 + 80 * (i % 7) * i % 3_000);
                kept[i] = cuda.allocate(4 * shape.size(), "kept");
                cuda.upload(Tensor.full(shape, i), kept[i]);
                cuda.upload(Tensor.full(LARGE, -i), x);
                step.launch();
            }
            for (int i = 0; i < n; i++) {
                Shape shape = Shape.of((int) kept[i].bytes() / 4);
                Tensor got = Tensor.zeros(shape, dev.thaw.tensor.DType.FLOAT32);
                cuda.download(kept[i], got);
                assertThat(got.floats()).as("batch %d", i).containsOnly(i);
                kept[i].close();
            }
        }
        assertThat(simulator.reports()).isEmpty();
    }

    private List<Tensor> trained() {
        RandomSeed.set(6);
        Network model =
                new Sequential(
                        Input.of(40),
                        new Dense(8, ActivationFunction.TANH),
                        new Dense(3, ActivationFunction.SOFTMAX));
        Tensor x = Noise.uniform(2, 512 * 6 + 450, 40);
        try (Trainer trainer = new Trainer(model, cuda)) {
            trainer.compile(Compilation.of(new SGD(.1), new SparseCategoricalCrossentropy()));
            trainer.fit(
                    TrainingData.of(x, Noise.thirds(x)),
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
