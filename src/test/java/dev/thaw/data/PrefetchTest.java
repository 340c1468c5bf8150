package dev.thaw.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Reading ahead: no further than promised, on another thread, with errors and an end. */
@Timeout(60)
final class PrefetchTest {
    private static final int BATCH = 4;
    private static final OptionalLong IN_ORDER = OptionalLong.empty();

    private static Sample sample(int number) {
        return Sample.of(Tensor.of(new float[] {number}));
    }

    private static Dataset.Pass pass(int batches, IntFunction<Sample> source) {
        return Dataset.of(1000, source).prefetch(batches).pass(0, BATCH, IN_ORDER);
    }

    @Test
    void noMoreIsReadThanMayBeReadyAndOneBatchMore() throws Exception {
        AtomicInteger read = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(4 * BATCH);
        try (Dataset.Pass pass =
                pass(
                        3,
                        i -> {
                            read.incrementAndGet();
                            full.countDown();
                            return sample(i);
                        })) {
            full.await(); // three batches are ready, and a fourth waits to be put
            Thread.sleep(100); // time enough to read on, if it did
            assertThat(read).hasValue(4 * BATCH);
            for (int taken = 1; taken <= 10; taken++) {
                assertThat(pass.next()).isPresent();
                assertThat(read.get()).isLessThanOrEqualTo((taken + 4) * BATCH);
            }
        }
    }

    @Test
    void samplesAreReadOnAThreadOfTheirOwnWhichEndsWithThePass() throws Exception {
        AtomicReference<Thread> reader = new AtomicReference<>();
        Dataset.Pass pass =
                pass(
                        1,
                        i -> {
                            reader.set(Thread.currentThread());
                            return sample(i);
                        });
        assertThat(pass.next()).isPresent();
        assertThat(reader.get()).isNotSameAs(Thread.currentThread());
        pass.close();
        assertThat(reader.get().isAlive()).isFalse();
        pass.close();
        assertThatThrownBy(pass::next).hasMessageContaining("closed");
    }

    @Test
    void aSampleThatFailsIsNamedAfterTheBatchesBeforeIt() {
        IllegalStateException cause = new IllegalStateException("no such image");
        try (Dataset.Pass pass =
                pass(
                        2,
                        i -> {
                            if (i == 9) {
                                throw cause;
                            }
                            return sample(i);
                        })) {
            assertThat(pass.next()).isPresent();
            assertThat(pass.next()).isPresent();
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(pass::next)
                        .isInstanceOfSatisfying(
                                DataException.class, e -> assertThat(e.sample()).hasValue(9))
                        .hasMessageContaining("sample 9")
                        .hasMessageContaining("no such image")
                        .hasRootCause(cause);
            }
        }
    }

    @Test
    void aStreamThatFailsNamesTheSampleThatWouldHaveCome() {
        Dataset data =
                Dataset.stream(
                        () -> Stream.of("1", "2", "three").map(s -> sample(Integer.parseInt(s))));
        try (Dataset.Pass pass = data.pass(0, 2, IN_ORDER)) {
            assertThat(pass.next()).isPresent();
            assertThatThrownBy(pass::next)
                    .hasMessageContaining("sample 2")
                    .hasMessageContaining("three");
        }
        Dataset gone =
                Dataset.stream(
                        () -> {
                            throw new IllegalArgumentException("no such file");
                        });
        try (Dataset.Pass pass = gone.pass(7, 2, IN_ORDER)) {
            assertThatThrownBy(pass::next)
                    .hasMessageContaining("batch 0 of epoch 7")
                    .hasMessageContaining("no such file");
        }
    }

    @Test
    void aMissingSampleIsNamedAndAnErrorStaysOne() {
        try (Dataset.Pass pass = pass(1, i -> null)) {
            assertThatThrownBy(pass::next)
                    .hasMessageContaining("sample 0")
                    .hasMessageContaining("null");
        }
        StackOverflowError error = new StackOverflowError();
        try (Dataset.Pass pass =
                pass(
                        1,
                        i -> {
                            throw error;
                        })) {
            assertThatThrownBy(pass::next).isSameAs(error);
        }
    }

    @Test
    void whoWaitsCanBeInterrupted() {
        CountDownLatch never = new CountDownLatch(1);
        Dataset.Pass pass =
                pass(
                        1,
                        i -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            return sample(i);
                        });
        Thread.currentThread().interrupt();
        assertThatThrownBy(pass::next)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        never.countDown();
        pass.close();
    }
}
