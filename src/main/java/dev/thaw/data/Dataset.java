package dev.thaw.data;

import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Samples to train, evaluate or predict on, batch by batch. Tensors in memory are one kind, samples
 * that are made one by one another:
 *
 * <pre>{@code
 * Dataset.of(images, labels)                                         // tensors
 * Dataset.of(200_000, i -> Sample.of(image(i), label(i)))            // by number
 * Dataset.stream(() -> Files.lines(csv).map(line -> Sample.of(..)))  // from front to back
 * }</pre>
 *
 * <p>The last two are read ahead on a thread of their own; see {@link #prefetch}. A dataset of your
 * own implements {@link #size} and {@link #pass}. Several passes, and those of several datasets,
 * may be under way at a time: while one epoch is read, a validation looks at its first batch.
 */
public interface Dataset {
    /** How many samples a pass gives; empty where only the pass tells. */
    OptionalLong size();

    /**
     * Begins to read from the first sample on. The same arguments give the same samples in the same
     * order: a step whose loss was not finite is looked up that way.
     *
     * @param epoch from 0
     * @param batchSize rows of a batch; the last one may have fewer
     * @param seed of a random order, which is another one in each epoch; empty for the order of the
     *     numbers. A source that can only be read from front to back may ignore it
     */
    Pass pass(int epoch, int batchSize, OptionalLong seed);

    /**
     * The same batches, read on a thread of their own. At most this many are ready, one is being
     * read, and one is in use.
     *
     * @param batches how many may be ready, at least 1; {@code of} and {@code stream} begin with
     *     {@value Prefetch#BATCHES}
     */
    default Dataset prefetch(int batches) {
        return new Prefetch(this, batches);
    }

    /** What inputs and targets are called; empty where their order alone tells. */
    default Optional<DataNames> names() {
        return Optional.empty();
    }

    /**
     * The same data under names: those of a model's dictionary, or of its input and output layers.
     * A model takes them in its own order then.
     *
     * @param x one name per input, in the order in which batches have them
     * @param y one name per target; none to predict on
     */
    default Dataset named(List<String> x, List<String> y) {
        return new NamedDataset(this, new DataNames(x, y));
    }

    /**
     * The same samples without names, with inputs and targets in another order.
     *
     * @param x which input stands at each place
     * @param y which target stands at each place
     */
    default Dataset rearranged(List<Integer> x, List<Integer> y) {
        return map(b -> b.rearranged(x, y));
    }

    /** Tensors in memory by names: {@code Dataset.of(Map.of("left", a, "right", b), Map.of())}. */
    static Dataset of(Map<String, Tensor> x, Map<String, Tensor> y) {
        Objects.requireNonNull(x, "data: x");
        Objects.requireNonNull(y, "data: y");
        List<String> inputs = List.copyOf(x.keySet());
        List<String> targets = List.copyOf(y.keySet());
        return new TensorDataset(
                        inputs.stream().map(x::get).toList(),
                        targets.stream().map(y::get).toList(),
                        List.of())
                .named(inputs, targets);
    }

    /**
     * The same samples, their batches changed when they are taken.
     *
     * @param change makes the batch that is given; the samples keep their numbers
     */
    default Dataset map(UnaryOperator<Batch> change) {
        return new MappedDataset(this, change);
    }

    /** Tensors in memory: one input and one output. */
    static TensorDataset of(Tensor x, Tensor y) {
        return new TensorDataset(List.of(x), List.of(y), List.of());
    }

    /** Tensors in memory, one per input, without targets: to predict on. */
    static TensorDataset of(List<Tensor> x) {
        return new TensorDataset(x, List.of(), List.of());
    }

    /**
     * Samples by number, read ahead. Shuffled ones are asked for in random order.
     *
     * @param count how many there are, at least 1
     * @param source makes the sample of a number from 0; called by one thread at a time
     */
    static Dataset of(int count, IntFunction<Sample> source) {
        return new Prefetch(new NumberedSamples(count, source), Prefetch.BATCHES);
    }

    /**
     * Samples that come from front to back, read ahead, in that order also where shuffling is asked
     * for.
     *
     * @param source opens the stream of a pass, which is closed after it
     */
    static Dataset stream(Supplier<Stream<Sample>> source) {
        return stream(source, 1);
    }

    /**
     * Samples that come from front to back, read ahead. Where shuffling is asked for, each is drawn
     * from a window of those that come next.
     *
     * @param source opens the stream of a pass, which is closed after it
     * @param window how many samples are in memory to draw from, at least 1
     */
    static Dataset stream(Supplier<Stream<Sample>> source, int window) {
        return new Prefetch(new SampleStream(source, window), Prefetch.BATCHES);
    }

    /** One reading of the samples, for one thread. Whoever opened it closes it, early or not. */
    interface Pass extends AutoCloseable {
        /**
         * The next batch, which nobody changes afterwards; empty at the end.
         *
         * @throws DataException if a sample cannot be read
         */
        Optional<Batch> next();

        /** Lets go of files and threads. Closing twice is allowed. */
        @Override
        void close();
    }
}
