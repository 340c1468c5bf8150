package dev.thaw.data;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * The batches of other data, each changed.
 *
 * @param change makes the batch that is given
 */
record MappedDataset(Dataset data, UnaryOperator<Batch> change) implements Dataset {
    @Override
    public OptionalLong size() {
        return data.size();
    }

    @Override
    public Pass pass(int epoch, int batchSize, OptionalLong seed) {
        Pass pass = data.pass(epoch, batchSize, seed);
        return new Pass() {
            @Override
            public Optional<Batch> next() {
                return pass.next().map(change);
            }

            @Override
            public void close() {
                pass.close();
            }
        };
    }
}
