package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.data.Dataset;
import dev.thaw.data.Sample;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.FitOptions;
import dev.thaw.model.History;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A failure that is seen late is told as if it had been seen at once. */
final class WatchTest {
    private static final int BATCH = 2;
    private static final int ROWS = 241; // 121 steps, the last one of one row
    private static final FitOptions OPTIONS =
            FitOptions.epochs(2)
                    .withBatchSize(BATCH)
                    .withSeed(7)
                    .withVerbosity(FitOptions.Verbosity.SILENT);

    /** The reference, which claims to be asynchronous or not, and counts what is read. */
    private static final class Counting extends ReferenceBackend {
        private final boolean asynchronous;
        private int reads;

        Counting(boolean asynchronous) {
            this.asynchronous = asynchronous;
        }

        @Override
        public boolean asynchronous() {
            return asynchronous;
        }

        @Override
        public void download(Buffer source, Tensor target) {
            reads++;
            super.download(source, target);
        }
    }

    private static Tensor rows(int seed) {
        Tensor x = Tensor.zeros(Shape.of(ROWS, 3), DType.FLOAT32);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) Math.sin(i * (1 + seed));
        }
        return x;
    }

    private static final class Run implements AutoCloseable {
        final Counting backend;
        final Model model;
        final Adam adam = new Adam();

        Run(boolean asynchronous) {
            RandomSeed.set(11);
            backend = new Counting(asynchronous);
            model =
                    new Sequential(
                                    Input.of(3),
                                    new Dense(4).named("first"),
                                    new Dropout(.4),
                                    new Dense(1).named("second"))
                            .named("net");
            model.on(backend);
            model.compile(Compilation.of(adam, new MeanSquaredError()));
        }

        NonFiniteLossException fail(Tensor x, FitOptions options) {
            return catchThrowableOfType(NonFiniteLossException.class, () -> fit(x, options));
        }

        NonFiniteLossException fail(Dataset data, FitOptions options) {
            return catchThrowableOfType(
                    NonFiniteLossException.class, () -> model.fit(data, options));
        }

        History fit(Tensor x, FitOptions options) {
            Tensor y = Tensor.full(Shape.of(ROWS, 1), .5f);
            return model.fit(Dataset.of(x, y), options);
        }

        @Override
        public void close() {
            model.close();
            backend.close();
        }
    }

    private static void requireSame(Run got, Run expected) {
        assertThat(got.adam.iterations()).isEqualTo(expected.adam.iterations());
        List<Tensor> a = got.model.getWeights();
        List<Tensor> b = expected.model.getWeights();
        for (int i = 0; i < a.size(); i++) {
            assertThat(a.get(i).bitEquals(b.get(i))).as("weight %d", i).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 97, 98, 99, 100, 101, 240})
    void stepRowsLayerAndStateAreThoseOfABackendThatIsAskedAtOnce(int bad) {
        Tensor x = rows(0);
        x.floats()[3 * bad] = Float.POSITIVE_INFINITY;
        try (Run late = new Run(true);
                Run now = new Run(false)) {
            FitOptions inOrder = OPTIONS.withShuffle(false);
            NonFiniteLossException got = late.fail(x, inOrder);
            NonFiniteLossException expected = now.fail(x, inOrder);
            assertThat(got).hasMessage(expected.getMessage());
            assertThat(got.step()).isEqualTo(bad / BATCH);
            assertThat(got.layer()).isEqualTo("first");
            requireSame(late, now);
            // and from there on: masks, counts and weights
            assertThat(late.fit(rows(1), OPTIONS).epochs())
                    .isEqualTo(now.fit(rows(1), OPTIONS).epochs());
            requireSame(late, now);
        }
    }

    @Test
    void theShuffledRowsOfTheFailedStepAreRunAgain() {
        Tensor x = rows(0);
        x.floats()[3 * 100] = Float.NaN;
        try (Run late = new Run(true);
                Run now = new Run(false)) {
            late.fit(rows(1), OPTIONS);
            now.fit(rows(1), OPTIONS);
            assertThat(late.fail(x, OPTIONS)).hasMessage(now.fail(x, OPTIONS).getMessage());
            requireSame(late, now);
        }
    }

    @Test
    void anAsynchronousBackendIsNotReadInEachStep() {
        try (Run late = new Run(true);
                Run now = new Run(false)) {
            late.fit(rows(0), OPTIONS);
            now.fit(rows(0), OPTIONS);
            int steps = (ROWS + BATCH - 1) / BATCH;
            int looks = steps / Watch.STEPS + 1;
            assertThat(now.backend.reads - late.backend.reads).isEqualTo(2 * (steps - looks));
            requireSame(late, now);
        }
    }

    @Test
    void anEpochThatACallbackBreaksOffLeavesNoFailureBehind() {
        Tensor x = rows(0);
        x.floats()[0] = Float.NaN;
        Callback stop =
                new Callback() {
                    @Override
                    public void onStepEnd(int epoch, int step, RunningLogs running, Model model) {
                        throw new IllegalStateException("stop");
                    }
                };
        try (Run late = new Run(true)) {
            FitOptions inOrder = OPTIONS.withShuffle(false);
            assertThatThrownBy(() -> late.fit(x, inOrder.withCallbacks(stop))).hasMessage("stop");
            List<Tensor> before = late.model.getWeights();
            late.fit(rows(1), inOrder);
            assertThat(late.model.getWeights().get(0).bitEquals(before.get(0))).isFalse();
        }
    }

    /** The failed step is told late, and its batch is read again: nobody kept it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 97, 150, 240})
    void theSamplesOfAStreamAreReadAgain(int bad) {
        try (Run late = new Run(true);
                Run now = new Run(false)) {
            Dataset data = Dataset.of(ROWS, i -> sample(i, i == bad));
            NonFiniteLossException got = late.fail(data, OPTIONS);
            NonFiniteLossException expected = now.fail(data, OPTIONS);
            assertThat(got).hasMessage(expected.getMessage()).hasMessageContaining("" + bad);
            assertThat(got.layer()).isEqualTo("first");
            requireSame(late, now);
        }
    }

    @Test
    void aStreamThatGivesOtherSamplesLeavesTheLayerUnknown() {
        AtomicInteger passes = new AtomicInteger();
        Dataset once =
                Dataset.stream(
                        () ->
                                IntStream.range(0, passes.getAndIncrement() == 0 ? ROWS : 0)
                                        .mapToObj(i -> sample(i, i == 100)));
        try (Run late = new Run(true)) {
            NonFiniteLossException got = late.fail(once, OPTIONS);
            assertThat(passes).hasValue(2);
            assertThat(got.step()).isEqualTo(50);
            assertThat(got.layer()).isEmpty();
            assertThat(got)
                    .hasMessageContaining("samples 100, 101")
                    .hasMessageContaining("not known");
        }
    }

    /** No callback hears of the last step before it is known to be sound. */
    @Test
    void theLastStepIsToldAfterTheLookAtItsLoss() {
        Tensor x = rows(0);
        x.floats()[3 * (ROWS - 1)] = Float.NaN;
        AtomicInteger told = new AtomicInteger(-1);
        Callback steps =
                new Callback() {
                    @Override
                    public void onStepEnd(int epoch, int step, RunningLogs running, Model model) {
                        told.set(step);
                    }
                };
        try (Run late = new Run(true)) {
            late.fail(x, OPTIONS.withShuffle(false).withCallbacks(steps));
            assertThat(told).hasValue(ROWS / BATCH - 1);
        }
    }

    private static Sample sample(int i, boolean bad) {
        float first = bad ? Float.POSITIVE_INFINITY : (float) Math.sin(i);
        return Sample.of(Tensor.of(new float[] {first, 1, i % 3}), Tensor.of(new float[] {.5f}));
    }
}
