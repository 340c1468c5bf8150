package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A model that is closed while a step of it runs for longer than closing waits. */
@Timeout(300)
class ClosingTest {
    private static final Tensor X = Tensor.full(Shape.of(8, 2), .5f);
    private static final Tensor Y = Tensor.full(Shape.of(8, 1), 3);

    private final CountDownLatch runs = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    /** A backend whose plans run until somebody lets them end. */
    private Backend slow() {
        Backend real = new ReferenceBackend();
        return (Backend)
                Proxy.newProxyInstance(
                        Backend.class.getClassLoader(),
                        new Class<?>[] {Backend.class},
                        (proxy, m, args) -> {
                            try {
                                Object result = m.invoke(real, args);
                                return switch (m.getName()) {
                                    case "equals" -> proxy == args[0];
                                    case "sequence" -> waiting((Kernel) result);
                                    default -> result;
                                };
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private Kernel waiting(Kernel real) {
        return () -> {
            runs.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            real.launch();
        };
    }

    @Test
    void aLongStepFreesTheModelWhenItEnds() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Model model = new Sequential(Input.of(2), new Dense(1)).on(slow())) {
            model.compile(new SGD(), new MeanSquaredError());
            Future<?> training =
                    pool.submit(
                            () ->
                                    model.fit(
                                            X,
                                            Y,
                                            FitOptions.epochs(9)
                                                    .withVerbosity(FitOptions.Verbosity.SILENT)));
            runs.await();
            model.close();
            assertThat(model.weights()).allMatch(w -> w.variable().home() != null);
            end.countDown();
            assertThatThrownBy(training::get).hasMessageContaining("was closed while it trained");
            assertThat(model.weights()).allMatch(w -> w.variable().home() == null);
            assertThatThrownBy(() -> model.predict(X)).hasMessageContaining("is closed");
        } finally {
            end.countDown();
            pool.shutdown();
        }
    }
}
