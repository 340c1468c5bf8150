package dev.thaw.data;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Data whose inputs and targets have names. */
record NamedDataset(Dataset data, DataNames called) implements Dataset {
    @Override
    public OptionalLong size() {
        return data.size();
    }

    @Override
    public Pass pass(int epoch, int batchSize, OptionalLong seed) {
        return data.pass(epoch, batchSize, seed);
    }

    @Override
    public Optional<DataNames> names() {
        return Optional.of(called);
    }

    @Override
    public Dataset prefetch(int batches) {
        return new NamedDataset(data.prefetch(batches), called);
    }

    @Override
    public Dataset rearranged(List<Integer> x, List<Integer> y) {
        return data.rearranged(x, y);
    }
}
