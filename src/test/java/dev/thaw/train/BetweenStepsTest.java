package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.thaw.data.Dataset;
import dev.thaw.data.Sample;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.EvaluateOptions;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Nobody waits for a training that waits for him: between two steps everybody gets in. */
@Timeout(300)
class BetweenStepsTest {
    /** What nothing takes here, however busy the machine, so that a deadlock is a failure. */
    private static final int PATIENCE_SECONDS = 60;

    private static final Tensor X = Tensor.full(Shape.of(8, 2), .5f);
    private static final Tensor Y = Tensor.full(Shape.of(8, 1), 3);
    private static final FitOptions THREE_STEPS =
            FitOptions.epochs(1).withBatchSize(3).withVerbosity(FitOptions.Verbosity.SILENT);

    private final ExecutorService pool =
            Executors.newFixedThreadPool(
                    4,
                    r -> {
                        Thread t = new Thread(r, "pool");
                        t.setDaemon(true); // a deadlock does not keep the process
                        return t;
                    });

    @AfterEach
    void stop() {
        pool.shutdown();
    }

    private static Model regression() {
        Model m = new Sequential(Input.of(2), new Dense(1));
        m.compile(new SGD(), new MeanSquaredError());
        return m;
    }

    private static Callback afterSteps(Consumer<Model> work) {
        return new Callback() {
            @Override
            public void onStepEnd(int epoch, int step, RunningLogs running, Model m) {
                work.accept(m);
            }
        };
    }

    private static Callback once(Runnable work) {
        return new Callback() {
            @Override
            public void onTrainBegin(Model m) {
                work.run();
            }
        };
    }

    /** What the pool makes of it; a failure is the work's own. */
    private <T> T inPool(Callable<T> work) {
        return get(pool.submit(work));
    }

    private static <T> T get(Future<T> running) {
        try {
            return running.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw new AssertionError(e.getCause());
        } catch (Exception e) {
            throw new AssertionError("deadlock: " + e, e);
        }
    }

    @Test
    void aCallbackMayWaitForWhatThePoolDoesWithTheModel() {
        List<Object> seen = new ArrayList<>();
        try (Model model = regression()) {
            Callback waits =
                    afterSteps(
                            m -> {
                                seen.add(inPool(() -> m.predict(X)));
                                seen.add(inPool(() -> m.evaluate(X, Y)));
                                seen.add(inPool(() -> m.call(X, Mode.TRAINING)));
                                inPool(
                                        () -> {
                                            m.setWeights(m.getWeights());
                                            return m.plan(Mode.INFERENCE, 2);
                                        });
                            });
            model.fit(X, Y, THREE_STEPS.withCallbacks(waits));
        }
        assertThat(seen).hasSize(9);
    }

    @Test
    void workBetweenStepsMayRunTheModelAndWaitForThePool() {
        List<Object> seen = new ArrayList<>();
        try (Model model = regression()) {
            Runnable work =
                    () -> {
                        seen.add(model.predict(X));
                        seen.add(model.evaluate(X, Y));
                        seen.add(inPool(() -> model.predict(X)));
                    };
            Callback waits =
                    afterSteps(
                            m -> {
                                inPool(
                                        () -> {
                                            m.betweenSteps(work);
                                            return null;
                                        });
                                m.betweenSteps(work);
                            });
            model.fit(X, Y, THREE_STEPS.withCallbacks(waits));
            model.betweenSteps(work);
        }
        assertThat(seen).hasSize(21);
    }

    @Test
    void twoTrainingsMayPredictWithEachOthersModels() {
        try (Model a = regression();
                Model b = regression()) {
            CyclicBarrier both = new CyclicBarrier(2);
            Callable<Object> first = () -> crosswise(a, b, both);
            Callable<Object> second = () -> crosswise(b, a, both);
            Future<Object> running = pool.submit(first);
            inPool(second);
            get(running);
        }
    }

    private static Object crosswise(Model own, Model other, CyclicBarrier both) {
        Callback meets =
                afterSteps(
                        m -> {
                            try {
                                both.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                            other.predict(X);
                        });
        return own.fit(X, Y, THREE_STEPS.withCallbacks(meets));
    }

    @Test
    void whatWouldTrainDuringATrainingIsRefusedAndSaysWhoTrains() {
        try (Model model = regression()) {
            String fit = "during fit on thread " + Thread.currentThread().getName();
            Callback others =
                    once(
                            () -> {
                                for (Callable<Object> work :
                                        List.<Callable<Object>>of(
                                                () -> model.trainOnBatch(X, Y),
                                                () -> model.fit(X, Y, THREE_STEPS),
                                                () -> {
                                                    model.compile(
                                                            new SGD(), new MeanSquaredError());
                                                    return null;
                                                })) {
                                    assertThatThrownBy(() -> inPool(work))
                                            .isInstanceOf(IllegalStateException.class)
                                            .hasMessageContaining(fit);
                                }
                            });
            model.fit(X, Y, THREE_STEPS.withCallbacks(others));
            model.trainOnBatch(X, Y);
        }
    }

    /** One evaluation's data are evaluated too, in its middle, and a third goes on beside both. */
    @Test
    void evaluationsDoNotMixTheirSums() {
        try (Model model = regression()) {
            Map<String, Double> alone = model.evaluate(X, Y);
            for (int i = 0; i < 40; i++) {
                Tensor other = Tensor.full(Shape.of(64, 1), 100 + i);
                Future<Object> beside =
                        pool.submit(() -> model.evaluate(Tensor.full(Shape.of(64, 2), 1), other));
                Dataset data =
                        Dataset.of(
                                8,
                                n -> {
                                    model.evaluate(X, Tensor.full(Shape.of(8, 1), -50));
                                    return Sample.of(
                                            Tensor.full(Shape.of(2), .5f),
                                            Tensor.full(Shape.of(1), 3));
                                });
                assertThat(model.evaluate(data, EvaluateOptions.batchSize(1)).get("loss"))
                        .isCloseTo(alone.get("loss"), withinPercentage(.001));
                get(beside);
            }
        }
    }

    @Test
    void anInterruptEndsTheFitBetweenTwoStepsAndTheNextFitGoesOn() throws Exception {
        try (Model model = regression()) {
            Callback interrupts = afterSteps(m -> Thread.currentThread().interrupt());
            Future<Boolean> running =
                    pool.submit(
                            () -> {
                                assertThatThrownBy(
                                                () ->
                                                        model.fit(
                                                                X,
                                                                Y,
                                                                THREE_STEPS.withCallbacks(
                                                                        interrupts)))
                                        .isInstanceOf(TrainingInterruptedException.class)
                                        .hasMessageContaining("interrupted")
                                        .hasMessageContaining("between two steps");
                                return Thread.interrupted();
                            });
            assertThat(get(running)).as("the interrupt flag").isTrue();
            assertThat(model.compilation().orElseThrow().optimizer().iterations()).isEqualTo(1);
            model.fit(X, Y, THREE_STEPS);
            assertThat(model.compilation().orElseThrow().optimizer().iterations()).isEqualTo(4);
        }
    }

    @Test
    void anErrorInAStepLeavesTheModelUsable() {
        try (Model model = regression()) {
            Tensor wrong = Tensor.zeros(Shape.of(8, 3), DType.FLOAT32);
            for (Callable<Object> work :
                    List.<Callable<Object>>of(
                            () -> model.predict(wrong),
                            () -> model.evaluate(wrong, Y),
                            () -> model.fit(wrong, Y, THREE_STEPS),
                            () -> model.trainOnBatch(X, wrong))) {
                assertThatThrownBy(() -> inPool(work)).isInstanceOf(RuntimeException.class);
            }
            model.fit(X, Y, THREE_STEPS);
            inPool(() -> model.fit(X, Y, THREE_STEPS));
        }
    }
}
