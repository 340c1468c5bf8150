package dev.thaw.data;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Data with inputs and targets in another order.
 *
 * @param x which input stands at each place
 * @param y which target stands at each place
 */
record RearrangedDataset(Dataset data, List<Integer> x, List<Integer> y) implements Dataset {
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
                return pass.next().map(b -> b.rearranged(x, y));
            }

            @Override
            public void close() {
                pass.close();
            }
        };
    }
}
