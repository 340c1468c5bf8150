package dev.thaw.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Batches of every kind of dataset: their order, numbers, shapes and weights. */
final class DatasetTest {
    private static final int ROWS = 23;
    private static final OptionalLong SEED = OptionalLong.of(5);
    private static final OptionalLong IN_ORDER = OptionalLong.empty();

    private static Sample sample(int number) {
        return Sample.of(Tensor.of(new float[] {number, 2 * number}), number);
    }

    private static TensorDataset tensors() {
        float[] x = new float[2 * ROWS];
        int[] y = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            x[2 * i] = i;
            x[2 * i + 1] = 2 * i;
            y[i] = i;
        }
        return Dataset.of(Tensor.of(x, ROWS, 2), Tensor.of(y));
    }

    private static List<Dataset> kinds() {
        return List.of(
                tensors(),
                Dataset.of(ROWS, DatasetTest::sample),
                Dataset.stream(() -> IntStream.range(0, ROWS).mapToObj(DatasetTest::sample), 7));
    }

    private static List<Batch> read(Dataset data, int epoch, int batchSize, OptionalLong seed) {
        List<Batch> all = new ArrayList<>();
        try (Dataset.Pass pass = data.pass(epoch, batchSize, seed)) {
            for (Optional<Batch> b = pass.next(); b.isPresent(); b = pass.next()) {
                all.add(b.get());
            }
            assertThat(pass.next()).isEmpty();
        }
        return all;
    }

    private static long[] numbers(Dataset data, int epoch, OptionalLong seed) {
        return read(data, epoch, 4, seed).stream()
                .flatMapToLong(b -> Arrays.stream(b.numbers()))
                .toArray();
    }

    @Test
    void eachSampleComesOnceInItsOwnRowUnderItsOwnNumber() {
        for (Dataset data : kinds()) {
            for (OptionalLong seed : List.of(IN_ORDER, SEED)) {
                List<Batch> batches = read(data, 0, 4, seed);
                assertThat(batches.stream().map(Batch::rows)).containsExactly(4, 4, 4, 4, 4, 3);
                for (Batch b : batches) {
                    assertThat(b.x().get(0).shape()).isEqualTo(Shape.of(b.rows(), 2));
                    for (int r = 0; r < b.rows(); r++) {
                        assertThat(b.y().get(0).ints()[r]).isEqualTo((int) b.numbers()[r]);
                        assertThat(b.x().get(0).floats()[2 * r + 1]).isEqualTo(2 * b.numbers()[r]);
                    }
                }
                assertThat(numbers(data, 0, seed))
                        .containsExactlyInAnyOrder(LongStream.range(0, ROWS).toArray());
            }
            assertThat(numbers(data, 3, IN_ORDER)).isSorted();
        }
    }

    @Test
    void anEpochsOrderFollowsFromSeedAndEpochWhateverWasReadBefore() {
        for (Dataset data : kinds()) {
            long[] third = numbers(data, 2, SEED);
            assertThat(numbers(data, 0, SEED)).isNotEqualTo(third);
            assertThat(numbers(data, 2, SEED)).isEqualTo(third);
            assertThat(numbers(data, 2, SEED)).isEqualTo(third);
            assertThat(numbers(data, 2, OptionalLong.of(6))).isNotEqualTo(third);
            assertThat(numbers(data, 2, SEED)).isEqualTo(third);
        }
    }

    /** Trainings that are written down elsewhere were made in this order. */
    @Test
    void tensorsAreShuffledAsEverEachEpochFromTheOneBefore() {
        int[] order = IntStream.range(0, ROWS).toArray();
        SplittableRandom random = new SplittableRandom(SEED.getAsLong());
        TensorDataset data = tensors();
        for (int epoch = 0; epoch < 3; epoch++) {
            for (int i = order.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int t = order[i];
                order[i] = order[j];
                order[j] = t;
            }
            assertThat(numbers(data, epoch, SEED))
                    .isEqualTo(Arrays.stream(order).asLongStream().toArray());
        }
    }

    @Test
    void aStreamWithAWindowDrawsOnlyFromWhatComesNext() {
        Dataset data = kinds().get(2);
        long[] numbers = numbers(data, 0, SEED);
        assertThat(numbers).isNotEqualTo(LongStream.range(0, ROWS).toArray());
        for (int at = 0; at < ROWS; at++) {
            assertThat(numbers[at]).isLessThan(at + 7);
        }
    }

    @Test
    void aPartKeepsTheNumbersOfItsRowsAndTheirWeights() {
        float[] weights = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            weights[i] = i / 2f;
        }
        TensorDataset part = tensors().withWeights(weights).part(20, ROWS);
        assertThat(part.rows()).isEqualTo(3);
        assertThat(part.part(1, 3).size()).hasValue(2);
        Batch b = read(part, 0, 9, IN_ORDER).get(0);
        assertThat(b.numbers()).containsExactly(20, 21, 22);
        assertThat(b.weights().get(0).orElseThrow().floats()).containsExactly(10, 10.5f, 11);
        assertThat(b.y().get(0).ints()).containsExactly(20, 21, 22);
        assertThatThrownBy(() -> part.part(1, 4)).hasMessageContaining("[1, 4)");
        assertThatThrownBy(() -> part.part(1, 1)).hasMessageContaining("at least one");
    }

    @Test
    void sampleWithoutWeightCountsOneBesideOneThatHasAWeight() {
        Dataset data = Dataset.of(3, i -> i == 1 ? sample(i).withWeight(.5) : sample(i));
        assertThat(read(data, 0, 3, IN_ORDER).get(0).weights().get(0).orElseThrow().floats())
                .containsExactly(1, .5f, 1);
        assertThat(read(Dataset.of(3, DatasetTest::sample), 0, 3, IN_ORDER).get(0).weights())
                .isEmpty();
        assertThatThrownBy(() -> sample(0).withWeight(Double.NaN))
                .hasMessageContaining("weight must be finite, got NaN");
    }

    @Test
    void sizesAreKnownWhereTheSourceKnowsThem() {
        assertThat(kinds().stream().map(Dataset::size))
                .containsExactly(OptionalLong.of(ROWS), OptionalLong.of(ROWS), IN_ORDER);
    }

    @Test
    void aSampleOfAnotherShapeIsNamed() {
        Dataset data = Dataset.of(8, i -> i == 5 ? Sample.of(Tensor.of(new float[3])) : sample(i));
        assertThatThrownBy(() -> read(data, 0, 4, IN_ORDER))
                .isInstanceOfSatisfying(
                        DataException.class, e -> assertThat(e.sample()).hasValue(5))
                .hasMessageContaining("sample 5")
                .hasMessageContaining("FLOAT32 (3,)")
                .hasMessageContaining("FLOAT32 (2,)");
    }

    @Test
    void aStreamIsClosedAfterItsPassEarlyOrNot() {
        AtomicInteger open = new AtomicInteger();
        Dataset data =
                Dataset.stream(
                        () -> {
                            open.incrementAndGet();
                            return IntStream.range(0, ROWS)
                                    .mapToObj(DatasetTest::sample)
                                    .onClose(open::decrementAndGet);
                        });
        read(data, 0, 4, IN_ORDER);
        assertThat(open).hasValue(0);
        try (Dataset.Pass pass = data.pass(0, 4, IN_ORDER)) {
            pass.next();
        }
        assertThat(open).hasValue(0);
    }

    @Test
    void dataThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Dataset.of(0, DatasetTest::sample))
                .hasMessageContaining("got a count of 0");
        assertThatThrownBy(() -> Dataset.stream(java.util.stream.Stream::empty, 0))
                .hasMessageContaining("got 0");
        assertThatThrownBy(() -> tensors().prefetch(0)).hasMessageContaining("got 0");
        assertThatThrownBy(
                        () ->
                                new Batch(
                                        List.of(Tensor.of(new float[2])),
                                        List.of(),
                                        List.of(),
                                        new long[3]))
                .hasMessageContaining("2 rows")
                .hasMessageContaining("got 3");
    }
}
