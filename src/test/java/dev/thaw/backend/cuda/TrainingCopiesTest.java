package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Weight;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.model.callback.Callback;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Counter;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.Schedules;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What a training step copies between host and device once everything is there. */
@OnSimulator
class TrainingCopiesTest {
    private static final int STEPS = 8;
    private static final int BATCH = 16;
    private static final int WIDTH = 10;
    private static final Tensor X = Noise.uniform(1, STEPS * BATCH, WIDTH);
    private static final Tensor Y = Noise.thirds(X);

    /** x is float32, the classes are int32: four bytes each. */
    private static final long BATCH_BYTES = 4L * BATCH * (WIDTH + 1);

    /** The first step whose loss was not finite, one INT64 number. */
    private static final long HEALTH_BYTES = 8;

    private Simulator simulator;
    private Model model;

    /** What was copied so far. */
    private record Copies(long in, long inBytes, long out, long outBytes) {
        static Copies of(Simulator s) {
            return new Copies(
                    s.count(Counter.HOST_TO_DEVICE_COPIES),
                    s.count(Counter.HOST_TO_DEVICE_BYTES),
                    s.count(Counter.DEVICE_TO_HOST_COPIES),
                    s.count(Counter.DEVICE_TO_HOST_BYTES));
        }

        Copies since(Copies before) {
            return new Copies(
                    in - before.in,
                    inBytes - before.inBytes,
                    out - before.out,
                    outBytes - before.outBytes);
        }

        @Override
        public String toString() {
            return String.format(
                    "%d copies (%,d bytes) to the device, %d copies (%,d bytes) to the host",
                    in, inBytes, out, outBytes);
        }
    }

    /** Counts from the end of the second step to the end of the last one but one. */
    private final class Steady implements Callback {
        private final boolean reads;
        private Copies begin;
        private Copies copies;

        Steady(boolean reads) {
            this.reads = reads;
        }

        @Override
        public void onStepEnd(int epoch, int step, RunningLogs running, Model model) {
            if (reads) {
                running.read();
            }
            if (step == 1) {
                begin = Copies.of(simulator);
            } else if (step == STEPS - 2) {
                copies = Copies.of(simulator).since(begin);
            }
        }

        private Copies perStep() {
            int steps = STEPS - 3;
            assertThat(copies.in % steps + copies.out % steps).isZero();
            return new Copies(
                    copies.in / steps,
                    copies.inBytes / steps,
                    copies.out / steps,
                    copies.outBytes / steps);
        }
    }

    @BeforeEach
    void build() {
        simulator = Simulator.require();
        RandomSeed.set(4);
        model =
                new Sequential(
                                Input.of(WIDTH),
                                new BatchNormalization(),
                                new Dense(300, ActivationFunction.RELU),
                                new BatchNormalization(),
                                new Dropout(.3),
                                new Dense(3, ActivationFunction.SOFTMAX))
                        .on(Device.cuda(0));
        model.compile(new Adam(), new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
    }

    @AfterEach
    void close() {
        if (model != null) {
            model.close();
        }
    }

    private Copies perStep(boolean readsLogs) {
        Steady steady = new Steady(readsLogs);
        model.fit(
                X,
                Y,
                FitOptions.epochs(1)
                        .withBatchSize(BATCH)
                        .withSeed(1)
                        .withVerbosity(FitOptions.Verbosity.SILENT)
                        .withCallbacks(steady));
        return steady.perStep();
    }

    private List<Tensor> movingStatistics() {
        return model.weights().stream()
                .filter(w -> !w.spec().trainable())
                .map(w -> w.variable().value())
                .toList();
    }

    @Test
    void theBatchGoesInNothingComesOutAndTheStatisticsStay() {
        List<Tensor> before = movingStatistics();
        Copies step = perStep(false);
        System.out.println("a training step: " + step);
        assertThat(step.in).as("x and y").isEqualTo(2);
        assertThat(step.inBytes).isEqualTo(BATCH_BYTES);
        assertThat(step.out).isZero();
        assertThat(step.outBytes).isZero();
        List<Tensor> after = movingStatistics();
        assertThat(after).hasSize(4);
        for (int i = 0; i < after.size(); i++) {
            assertThat(after.get(i).bitEquals(before.get(i))).as("they moved there").isFalse();
        }
    }

    @Test
    void aScheduleAddsTheRateOfTheStepAndReadsNothing() {
        model.compile(
                new Adam(new Schedules.CosineDecay(.01, 100)), new SparseCategoricalCrossentropy());
        Copies step = perStep(false);
        System.out.println("a training step with a schedule: " + step);
        assertThat(step.in).as("x, y and the rate").isEqualTo(3);
        assertThat(step.inBytes).isEqualTo(BATCH_BYTES + 4);
        assertThat(step.out).isZero();
    }

    @Test
    void whoReadsTheMeansAtEachStepGetsThemAndNothingElse() {
        Copies silent = perStep(false);
        Copies read = perStep(true);
        System.out.println("a training step whose loss and accuracy are read: " + read);
        assertThat(read.in).isEqualTo(silent.in);
        assertThat(read.inBytes).isEqualTo(silent.inBytes);
        assertThat(read.out).as("loss and accuracy").isEqualTo(silent.out + 2);
        assertThat(read.outBytes).isEqualTo(silent.outBytes + 2 * 4);
    }

    /**
     * The totals of loss and accuracy are set to 0 at its begin and read at its end. The end of fit
     * looks once at every weight, and at what Adam keeps for each that is trained.
     */
    @Test
    void anEpochAddsItsTotalsAndTheWatchForLossesThatAreNotFinite() {
        perStep(false);
        Copies before = Copies.of(simulator);
        perStep(false);
        Copies epoch = Copies.of(simulator).since(before);
        System.out.println("an epoch of " + STEPS + " training steps: " + epoch);
        assertThat(epoch.in).isEqualTo(2 * STEPS + 2);
        assertThat(epoch.inBytes).isEqualTo(STEPS * BATCH_BYTES + 2 * 4);
        long kept = 0;
        long numbers = 0;
        for (Weight w : model.weights()) {
            int each = w.spec().trainable() ? 3 : 1;
            kept += each;
            numbers += each * w.variable().shape().size();
        }
        assertThat(epoch.out).isEqualTo(3 + kept);
        assertThat(epoch.outBytes).isEqualTo(HEALTH_BYTES + 2 * 4 + 4 * numbers);
    }

    @Test
    void aWarmStepAllocatesNothing() {
        perStep(false);
        long before = simulator.count(Counter.ALLOCATIONS);
        perStep(false);
        assertThat(simulator.count(Counter.ALLOCATIONS)).isEqualTo(before);
    }
}
