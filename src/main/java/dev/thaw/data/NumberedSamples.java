package dev.thaw.data;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/** Samples that can be made in any order. */
final class NumberedSamples implements Dataset {
    private final int count;
    private final IntFunction<Sample> source;
    private final Shuffle shuffle;

    NumberedSamples(int count, IntFunction<Sample> source) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "data: needs at least one sample, got a count of %d".formatted(count));
        }
        this.count = count;
        this.source = Objects.requireNonNull(source, "data: source");
        shuffle = new Shuffle(count);
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(count);
    }

    @Override
    public Pass pass(int epoch, int batchSize, OptionalLong seed) {
        return new SamplePass(
                Arrays.stream(shuffle.order(epoch, seed)).mapToObj(this::sample).iterator(),
                batchSize,
                () -> {});
    }

    /** Two passes may be read at a time, by two threads; the source is asked by one. */
    private synchronized Numbered sample(int number) {
        try {
            return new Numbered(number, source.apply(number));
        } catch (RuntimeException e) {
            throw DataException.of(number, e);
        }
    }
}
