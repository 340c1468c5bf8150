package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.data.Batch;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;

/** Models that train at the same time, each in a thread of its own, on one backend. */
abstract class ThreadsConformance {
    private static final int ROUNDS = 40;
    private static final int STEPS = 4;
    private static final int SIDE = 5;

    /** What no step takes, so that a deadlock fails the test and does not hang it. */
    private static final int PATIENCE_SECONDS = 120;

    /** What a model leaves behind. */
    private record Trained(List<Double> losses, List<Tensor> weights) {
        void requireSame(Trained expected, String where) {
            assertThat(losses).as(where).isEqualTo(expected.losses);
            for (int i = 0; i < weights.size(); i++) {
                assertThat(weights.get(i).bitEquals(expected.weights.get(i)))
                        .as("%s: weight %d, %s", where, i, weights.get(i).shape())
                        .isTrue();
            }
        }
    }

    /** Lets a thread pass when all others are there too. */
    @FunctionalInterface
    private interface Meeting {
        void await() throws Exception;
    }

    abstract Backend backend();

    /** How often everything is repeated: chance decides what meets what. */
    int rounds() {
        return ROUNDS;
    }

    int batchSize() {
        return 6;
    }

    /** Models differ in width, so that one's numbers cannot pass for another's. */
    private static Model network(int k) {
        RandomSeed.set(100 + k);
        return new Sequential(
                Input.of(SIDE, SIDE, 2),
                new Conv2D(3 + k % 3, 3),
                new BatchNormalization(),
                new Activation(ActivationFunction.RELU),
                new Flatten(),
                new Dropout(.3),
                new Dense(4 + k),
                new BatchNormalization(),
                new Dense(3, ActivationFunction.SOFTMAX));
    }

    private Batch batch(int k, int step) {
        SplittableRandom r = new SplittableRandom(31L * k + step);
        Tensor x = Tensor.zeros(Shape.of(batchSize(), SIDE, SIDE, 2), DType.FLOAT32);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) (r.nextDouble() * 2 - 1);
        }
        return Batch.of(x, Tensor.of(r.ints(batchSize(), 0, 3).toArray()));
    }

    /**
     * Compiles, trains and closes. Odd models are a step behind: their first step, which compiles
     * and uploads, meets the second step of the even ones, which a GPU's driver records; their last
     * one meets the others' closing.
     */
    private Trained train(Backend backend, Model model, int k, Meeting meeting) throws Exception {
        List<Double> losses = new ArrayList<>();
        if (k % 2 == 1) {
            meeting.await();
        }
        try (Model running = model.on(backend)) {
            running.compile(Compilation.of(new Adam(.01), new SparseCategoricalCrossentropy()));
            for (int i = 0; i < STEPS; i++) {
                meeting.await();
                losses.add(running.trainOnBatch(batch(k, i)).get("loss"));
            }
            if (k % 2 == 0) {
                meeting.await();
            }
        }
        return new Trained(
                losses, model.weights().stream().map(w -> w.variable().value().copy()).toList());
    }

    private static List<Model> networks(int count) {
        List<Model> all = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            all.add(network(k));
        }
        return all;
    }

    private List<Trained> together(Backend backend, ExecutorService threads, int count)
            throws Exception {
        List<Model> models = networks(count);
        Phaser phaser = new Phaser(count);
        Meeting meeting =
                () ->
                        phaser.awaitAdvanceInterruptibly(
                                phaser.arrive(), PATIENCE_SECONDS, TimeUnit.SECONDS);
        List<Future<Trained>> running = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int own = k;
            running.add(
                    threads.submit(
                            () -> {
                                try {
                                    return train(backend, models.get(own), own, meeting);
                                } finally {
                                    phaser.arriveAndDeregister(); // nobody waits for who failed
                                }
                            }));
        }
        List<Trained> all = new ArrayList<>();
        for (Future<Trained> f : running) {
            all.add(f.get());
        }
        return all;
    }

    @ParameterizedTest(name = "{0} models")
    @ValueSource(ints = {2, 8})
    void modelsInThreadsOfTheirOwnLearnWhatTheyLearnAlone(int count) throws Exception {
        Backend backend = backend();
        List<Trained> alone = new ArrayList<>();
        for (Model model : networks(count)) {
            alone.add(train(backend, model, alone.size(), () -> {}));
        }
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            for (int round = 0; round < rounds(); round++) {
                List<Trained> all = together(backend, threads, count);
                for (int k = 0; k < count; k++) {
                    all.get(k).requireSame(alone.get(k), "round " + round + ", model " + k);
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
