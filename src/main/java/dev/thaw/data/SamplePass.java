package dev.thaw.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Stacks samples into batches as they come. */
final class SamplePass implements Dataset.Pass {
    private final Iterator<Numbered> samples;
    private final int batchSize;
    private final Runnable close;

    /**
     * @param close lets go of what the samples come from; may be run twice
     */
    SamplePass(Iterator<Numbered> samples, int batchSize, Runnable close) {
        this.samples = samples;
        this.batchSize = batchSize;
        this.close = close;
    }

    @Override
    public Optional<Batch> next() {
        List<Numbered> rows = new ArrayList<>();
        while (rows.size() < batchSize && samples.hasNext()) {
            rows.add(samples.next());
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(Numbered.stack(rows));
    }

    @Override
    public void close() {
        close.run();
    }
}
