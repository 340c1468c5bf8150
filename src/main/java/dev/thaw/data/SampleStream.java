package dev.thaw.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Samples that come from front to back, numbered as they come. */
final class SampleStream implements Dataset {
    private final Supplier<Stream<Sample>> source;
    private final int window;

    SampleStream(Supplier<Stream<Sample>> source, int window) {
        if (window < 1) {
            throw new IllegalArgumentException(
                    "data: the window of a shuffled stream must have at least 1 sample, got %d"
                            .formatted(window));
        }
        this.source = Objects.requireNonNull(source, "data: source");
        this.window = window;
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.empty();
    }

    @Override
    public Pass pass(int epoch, int batchSize, OptionalLong seed) {
        Stream<Sample> stream = source.get();
        Iterator<Numbered> inOrder = numbered(stream.iterator());
        Iterator<Numbered> samples =
                seed.isEmpty() || window == 1
                        ? inOrder
                        : drawn(inOrder, random(seed.getAsLong(), epoch));
        return new SamplePass(samples, batchSize, stream::close);
    }

    private static Iterator<Numbered> numbered(Iterator<Sample> all) {
        return new Iterator<>() {
            private long number;

            @Override
            public boolean hasNext() {
                try {
                    return all.hasNext();
                } catch (RuntimeException e) {
                    throw DataException.of(number, e);
                }
            }

            @Override
            public Numbered next() {
                try {
                    return new Numbered(number++, all.next());
                } catch (NoSuchElementException e) {
                    throw e;
                } catch (RuntimeException e) {
                    throw DataException.of(number - 1, e);
                }
            }
        };
    }

    /** Another sequence for each epoch. */
    private static SplittableRandom random(long seed, int epoch) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
    }

    private Iterator<Numbered> drawn(Iterator<Numbered> all, SplittableRandom random) {
        List<Numbered> ready = new ArrayList<>();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !ready.isEmpty() || all.hasNext();
            }

            @Override
            public Numbered next() {
                while (ready.size() < window && all.hasNext()) {
                    ready.add(all.next());
                }
                if (ready.isEmpty()) {
                    throw new NoSuchElementException();
                }
                Numbered last = ready.remove(ready.size() - 1);
                int i = random.nextInt(ready.size() + 1);
                return i == ready.size() ? last : ready.set(i, last);
            }
        };
    }
}
