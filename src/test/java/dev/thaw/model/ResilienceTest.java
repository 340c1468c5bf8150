package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.data.Batch;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.Compilation;
import dev.thaw.train.NonFiniteLossException;
import dev.thaw.train.loss.Huber;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.MeanLoss;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What users do at the wrong moment or in an unusual order: nothing breaks, nothing is silently
 * wrong.
 */
class ResilienceTest {
    private static final FitOptions SILENT =
            FitOptions.epochs(2).withVerbosity(FitOptions.Verbosity.SILENT).withSeed(1);

    private static Tensor ramp(int... dims) {
        Tensor t = Tensor.zeros(Shape.of(dims), DType.FLOAT32);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) Math.sin(.7 * i) + i % 3;
        }
        return t;
    }

    private static Model regression() {
        Model m = new Sequential(Input.of(4), new Dense(3), new BatchNormalization(), new Dense(2));
        m.compile(new SGD(.01), new MeanSquaredError());
        return m;
    }

    /**
     * One normalization called first on its statistics, then on the batch's: the gradient of the
     * first call is that of the statistics it saw, not of those that the second call left.
     */
    @Test
    void theGradientOfABakedCallUsesTheStatisticsThatTheCallSaw() {
        float[] afterOrder = new float[2];
        for (int order = 0; order < 2; order++) {
            BatchNormalization bn = new BatchNormalization().momentum(0).center(false).scale(false);
            Symbol in = Input.of(1);
            Symbol h =
                    new Dense(1)
                            .useBias(false)
                            .kernelInitializer(dev.thaw.layer.weight.Initializer.ones())
                            .apply(in);
            Symbol inference = order == 0 ? bn.apply(h, Mode.INFERENCE) : null;
            Symbol training = order == 0 ? bn.apply(h, Mode.TRAINING) : null;
            List<Symbol> outputs =
                    order == 0
                            // as in Keras, calls that nothing tells apart run last output first
                            ? List.of(training, inference)
                            : List.of(bn.apply(h, Mode.INFERENCE));
            try (Model m = new Model(List.of(in), outputs)) {
                Compilation c =
                        order == 0
                                ? Compilation.of(
                                                new SGD(1),
                                                List.of(
                                                        new MeanSquaredError(),
                                                        new MeanSquaredError()))
                                        .withLossWeights(List.of(0.0, 1.0))
                                : Compilation.of(new SGD(1), new MeanSquaredError());
                m.compile(c);
                Tensor x = Tensor.of(new float[] {10, 12, 20}, 3, 1);
                Tensor y = Tensor.zeros(Shape.of(3, 1), DType.FLOAT32);
                m.trainOnBatch(new Batch(List.of(x), order == 0 ? List.of(y, y) : List.of(y)));
                afterOrder[order] = m.weights().get(0).variable().value().floats()[0];
            }
        }
        assertThat(afterOrder[0]).isCloseTo(afterOrder[1], within(1e-3f));
    }

    @Test
    void aNanInOneBatchEndsTheFitAndLeavesStatisticsFinite() {
        try (Model m = regression()) {
            Tensor x = ramp(8, 4);
            x.floats()[5] = Float.NaN;
            assertThatThrownBy(() -> m.trainOnBatch(x, ramp(8, 2)))
                    .isInstanceOf(NonFiniteLossException.class);
            for (Tensor w : m.getWeights()) {
                for (float f : w.floats()) {
                    assertThat(Float.isFinite(f)).isTrue();
                }
            }
            m.fit(ramp(8, 4), ramp(8, 2), SILENT);
        }
    }

    @Test
    void evaluatingInsideACallbackLeavesTheRunningLossAlone() {
        History[] histories = new History[2];
        for (int i = 0; i < 2; i++) {
            dev.thaw.layer.RandomSeed.set(3);
            boolean evaluates = i == 1;
            try (Model m = regression()) {
                Callback c =
                        new Callback() {
                            @Override
                            public void onStepEnd(
                                    int epoch, int step, RunningLogs running, Model model) {
                                if (evaluates) {
                                    m.evaluate(ramp(5, 4), Tensor.full(Shape.of(5, 2), 100));
                                    m.predict(ramp(5, 4));
                                }
                            }
                        };
                histories[i] =
                        m.fit(ramp(40, 4), ramp(40, 2), SILENT.withBatchSize(8).withCallbacks(c));
            }
        }
        assertThat(histories[1].epochs()).isEqualTo(histories[0].epochs());
    }

    @Test
    void trainingCompilingAndClosingInsideFitAreRefused() {
        for (int what = 0; what < 3; what++) {
            int which = what;
            try (Model m = regression()) {
                Callback c =
                        new Callback() {
                            @Override
                            public void onStepEnd(
                                    int epoch, int step, RunningLogs running, Model model) {
                                switch (which) {
                                    case 0 -> m.trainOnBatch(ramp(4, 4), ramp(4, 2));
                                    case 1 -> m.compile(new SGD(), new MeanSquaredError());
                                    default -> m.close();
                                }
                            }
                        };
                assertThatThrownBy(() -> m.fit(ramp(8, 4), ramp(8, 2), SILENT.withCallbacks(c)))
                        .hasMessageContaining("cannot run inside fit");
                m.fit(ramp(8, 4), ramp(8, 2), SILENT);
            }
        }
    }

    @Test
    void closingFromAnotherThreadEndsTheFit() throws Exception {
        Model m = regression();
        CountDownLatch running = new CountDownLatch(1);
        AtomicReference<Throwable> ended = new AtomicReference<>();
        Callback c =
                new Callback() {
                    @Override
                    public void onStepEnd(int epoch, int step, RunningLogs logs, Model model) {
                        running.countDown();
                    }
                };
        Thread t =
                new Thread(
                        () -> {
                            try {
                                m.fit(ramp(64, 4), ramp(64, 2), new FitOptionsForEver().options(c));
                            } catch (RuntimeException e) {
                                ended.set(e);
                            }
                        });
        t.start();
        running.await();
        m.close();
        t.join();
        assertThat(ended.get()).hasMessageContaining("closed");
        assertThat(m.weights()).allMatch(w -> w.variable().home() == null);
    }

    /** Far more epochs than a test would wait for. */
    private static final class FitOptionsForEver {
        FitOptions options(Callback c) {
            return FitOptions.epochs(1_000_000)
                    .withVerbosity(FitOptions.Verbosity.SILENT)
                    .withCallbacks(c);
        }
    }

    @Test
    void aModelThatNobodyClosedGivesItsMemoryBack() throws Exception {
        Variable kernel = lose();
        for (int i = 0; i < 250 && kernel.home() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(kernel.home()).as("where the weight lives").isNull();
    }

    /** Leaves nothing of a model but one of its weights, which lives on the device. */
    private static Variable lose() {
        @SuppressWarnings("resource")
        Model m = regression().on(Device.cpu());
        m.fit(ramp(8, 4), ramp(8, 2), SILENT);
        Variable kernel = m.weights().get(0).variable();
        assertThat(kernel.home()).isNotNull();
        return kernel;
    }

    @Test
    void metricsOfOneNameAreNumberedAsInKeras() {
        Symbol in = Input.of(4);
        try (Model m = new Model(in, new Dense(2).apply(in))) {
            m.compile(
                    new SGD(),
                    new MeanSquaredError(),
                    new MeanLoss(new Huber(1)),
                    new MeanLoss(new Huber(5)));
            assertThat(m.fit(ramp(8, 4), ramp(8, 2), SILENT).epochs().get(0).keySet())
                    .containsExactly("loss", "huber_loss", "huber_loss_1");
        }
    }

    @Test
    void aMetricThatCannotReadTheTargetsIsRefused() {
        Symbol in = Input.of(4);
        try (Model m = new Model(in, new Dense(4).apply(in))) {
            m.compile(
                    new SGD(),
                    new SparseCategoricalCrossentropy(true),
                    new MeanLoss(new MeanSquaredError()));
            assertThatThrownBy(() -> m.fit(ramp(4, 4), Tensor.of(new int[] {0, 3, 3, 3}), SILENT))
                    .hasMessageContaining("metric mean_squared_error")
                    .hasMessageContaining("(4,)");
        }
    }

    @Test
    void compilingBeforeBuildingAndChoosingTheDeviceAfterwardsWork() {
        try (Model m = new Sequential(new Dense(3), new Dense(2))) {
            m.compile(new SGD(), new MeanSquaredError());
            m.on(Device.cpu());
            assertThat(m.fit(ramp(8, 4), ramp(8, 2), SILENT).epochs()).hasSize(2);
        }
    }

    @Test
    void anInitializerOfAnotherShapeIsNamed() {
        Symbol in = Input.of(4);
        Dense odd = new Dense(3).kernelInitializer((shape, seed) -> Tensor.scalar(1f));
        try (Model m = new Model(in, odd.apply(in))) {
            assertThatThrownBy(() -> m.predict(ramp(2, 4)))
                    .hasMessageContaining("kernel")
                    .hasMessageContaining("initializer");
        }
    }

    @Test
    void aValueBeyondTheBackendsReachIsNamedWithItsLayer() {
        Symbol in = Input.of(1);
        try (Model m =
                new Model(in, new Dense(1_000_000).named("wide").apply(in)).on(Device.cpu())) {
            assertThatThrownBy(() -> m.call(ramp(600, 1)))
                    .hasMessageContaining("wide")
                    .hasMessageContaining("600,000,000 elements")
                    .hasMessageContaining("smaller batch");
        }
    }

    @Test
    void numbersThatAreNotFiniteAreRefusedAsWeights() {
        assertThatThrownBy(() -> SILENT.withClassWeight(java.util.Map.of(0, Double.NaN)))
                .hasMessageContaining("class_weight");
        assertThatThrownBy(
                        () ->
                                new TensorDataset(
                                        List.of(ramp(1, 4)),
                                        List.of(ramp(1, 2)),
                                        java.util.Optional.of(new float[] {Float.NaN})))
                .hasMessageContaining("sample_weight");
        assertThatThrownBy(() -> new SGD(1e300)).hasMessageContaining("learning_rate");
    }
}
