package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.layer.Lowering;
import dev.thaw.layer.UnaryLayer;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.core.Dense;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A model that many threads use at once before it has a graph or a device. */
@Timeout(300)
class FirstUseTest {
    private static final int THREADS = 8;

    /** Counts how often it is built, and takes its time. */
    private static final class Slow extends UnaryLayer<Slow> {
        private static final int MILLIS = 50;
        private final AtomicInteger built;

        Slow(AtomicInteger built) {
            this.built = built;
        }

        @Override
        protected List<WeightSpec> weightSpecs(Shape input) {
            built.incrementAndGet();
            try {
                Thread.sleep(MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        }

        @Override
        protected Value lower(Lowering l, Value x) {
            return x;
        }
    }

    /** What the threads get, begun together. */
    private static <T> List<T> together(Callable<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier begin = new CyclicBarrier(THREADS);
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(
                        pool.submit(
                                () -> {
                                    begin.await();
                                    return work.call();
                                }));
            }
            List<T> all = new ArrayList<>();
            for (Future<T> f : running) {
                all.add(f.get());
            }
            return all;
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void aGraphIsMadeOnce() throws Exception {
        AtomicInteger built = new AtomicInteger();
        try (Model m = new Sequential(new Dense(3), new Slow(built), new Dense(2))) {
            m.compile(new SGD(), new MeanSquaredError());
            Tensor x = Tensor.full(Shape.of(4, 5), 1);
            List<Tensor> all = together(() -> m.predict(x));
            assertThat(all).allMatch(t -> t.bitEquals(all.get(0)));
            assertThat(built.get()).as("builds").isEqualTo(1);
            assertThat(m.layers()).hasSize(4);
        }
    }

    @Test
    void aFirstStepOfTrainingIsOneOfEight() throws Exception {
        try (Model m = new Sequential(new Dense(3), new Dense(1))) {
            m.compile(new SGD(), new MeanSquaredError());
            Tensor x = Tensor.full(Shape.of(4, 5), 1);
            Tensor y = Tensor.full(Shape.of(4, 1), 1);
            together(() -> m.trainOnBatch(x, y));
            assertThat(m.compilation().orElseThrow().optimizer().iterations()).isEqualTo(THREADS);
        }
    }

    @Test
    void weightsThatAreSetDuringAFirstPredictionStay() throws Exception {
        for (int round = 0; round < 100; round++) {
            try (Model m = new Sequential(new Dense(3), new Dense(1)).build(5)) {
                List<Tensor> weights = new ArrayList<>();
                for (Tensor t : m.getWeights()) {
                    weights.add(Tensor.full(t.shape(), round + 2));
                }
                AtomicInteger first = new AtomicInteger();
                together(
                        () -> {
                            if (first.getAndIncrement() == 0) {
                                m.setWeights(weights);
                                return null;
                            }
                            return m.predict(Tensor.full(Shape.of(1, 5), 1));
                        });
                List<Tensor> now = m.getWeights();
                for (int i = 0; i < now.size(); i++) {
                    assertThat(now.get(i).bitEquals(weights.get(i))).as("weight %d", i).isTrue();
                }
            }
        }
    }
}
