package dev.thaw.model;

import dev.thaw.data.Batch;
import dev.thaw.data.Dataset;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The batches of one epoch after another. An epoch is a pass over the data; or it is a number of
 * steps, and the next epoch goes on behind them, or begins a pass where the data have ended.
 */
final class Passes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Passes.class);

    private final Dataset data;
    private final int batchSize;
    private final OptionalInt stepsPerEpoch;
    private final OptionalLong seed;
    private Dataset.Pass pass;
    private int begun;
    private int taken;

    /**
     * @param seed of the order; empty for the data's own
     */
    Passes(Dataset data, int batchSize, OptionalInt stepsPerEpoch, OptionalLong seed) {
        this.data = data;
        this.batchSize = batchSize;
        this.stepsPerEpoch = stepsPerEpoch;
        this.seed = seed;
    }

    /** Reads one pass in the data's own order, or so many batches of it. */
    static void inOrder(Dataset data, int batchSize, OptionalInt steps, Consumer<Batch> each) {
        try (Passes p = new Passes(data, batchSize, steps, OptionalLong.empty())) {
            Optional<Batch> batch = Optional.of(p.first(0));
            for (; batch.isPresent(); batch = p.next()) {
                each.accept(batch.get());
            }
        }
    }

    /** How many batches an epoch has, where that is known. */
    OptionalInt steps() {
        OptionalLong size = data.size();
        return stepsPerEpoch.isPresent() || size.isEmpty()
                ? stepsPerEpoch
                : OptionalInt.of(Math.toIntExact((size.getAsLong() + batchSize - 1) / batchSize));
    }

    /** The first batch of an epoch. */
    Batch first(int epoch) {
        taken = 1;
        Optional<Batch> first = pass == null ? Optional.empty() : pass.next();
        if (first.isEmpty()) {
            close();
            begun = epoch;
            pass = data.pass(epoch, batchSize, seed);
            first = pass.next();
        }
        return first.orElseThrow(
                () ->
                        new IllegalArgumentException(
                                "data: no sample came in epoch %d; a source must begin anew for each pass"
                                        .formatted(epoch)));
    }

    /** The next batch of the epoch; empty at its end. */
    Optional<Batch> next() {
        if (stepsPerEpoch.isPresent() && taken == stepsPerEpoch.getAsInt()) {
            return Optional.empty();
        }
        Optional<Batch> next = pass.next();
        if (next.isEmpty()) {
            close();
            stepsPerEpoch.ifPresent(
                    n ->
                            LOG.warn(
                                    "data: they ended after {} of the {} steps of an epoch",
                                    taken,
                                    n));
        }
        taken++;
        return next;
    }

    /** The batch of these samples, read once more; no batch follows. */
    Optional<Batch> again(long[] numbers) {
        close(); // a source is read by one thread at a time
        try (Dataset.Pass second = data.pass(begun, batchSize, seed)) {
            Optional<Batch> b = second.next();
            while (b.isPresent() && !Arrays.equals(b.get().numbers(), numbers)) {
                b = second.next();
            }
            return b;
        }
    }

    @Override
    public void close() {
        if (pass != null) {
            pass.close();
            pass = null;
        }
    }
}
