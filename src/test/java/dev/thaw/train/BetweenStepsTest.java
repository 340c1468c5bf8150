package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** What another thread does between two steps never waits for a training that waits for it. */
@Timeout(60)
class BetweenStepsTest {
    private static final Tensor X = Tensor.zeros(Shape.of(8, 2), DType.FLOAT32);
    private static final Tensor Y = Tensor.zeros(Shape.of(8, 1), DType.FLOAT32);

    @Test
    void runningTheModelWhileItTrainsIsRefused() throws Exception {
        try (Model model = new Sequential(Input.of(2), new Dense(1))) {
            model.compile(new SGD(), new MeanSquaredError());
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch seen = new CountDownLatch(1);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread other =
                    new Thread(
                            () -> {
                                try {
                                    begun.await();
                                    model.betweenSteps(() -> model.predict(X));
                                } catch (Throwable e) {
                                    failure.set(e);
                                }
                                seen.countDown();
                            });
            other.start();
            model.fit(
                    X,
                    Y,
                    FitOptions.epochs(1)
                            .withBatchSize(1)
                            .withVerbosity(FitOptions.Verbosity.SILENT)
                            .withCallbacks(
                                    new Callback() {
                                        @Override
                                        public void onStepEnd(
                                                int epoch, int step, RunningLogs r, Model m) {
                                            begun.countDown();
                                            awaitQuietly(seen);
                                        }
                                    }));
            other.join();
            assertThat(failure.get())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("between two steps of fit cannot run the model");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void withoutATrainingItRuns() {
        try (Model model = new Sequential(Input.of(2), new Dense(1))) {
            model.predict(X);
            model.betweenSteps(() -> assertThat(model.predict(X).shape().dim(0)).isEqualTo(8));
        }
    }
}
