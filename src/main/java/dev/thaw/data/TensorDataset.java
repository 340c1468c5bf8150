package dev.thaw.data;

import dev.thaw.tensor.Tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Samples that are rows of tensors in memory. Their numbers are those of the rows. */
public final class TensorDataset implements Dataset {
    private final List<Tensor> x;
    private final List<Tensor> y;
    private final List<Optional<Tensor>> weights;
    private final int from;
    private final int to;
    private final Shuffle shuffle;

    /**
     * All tensors have the same number of rows, at least one.
     *
     * @param x one tensor per input
     * @param y one per output, or none to predict on
     * @param weights one per output, or none for 1 everywhere: a factor per row, or per entry of
     *     the loss, (rows, steps); empty for an output whose entries count 1
     */
    public TensorDataset(List<Tensor> x, List<Tensor> y, List<Optional<Tensor>> weights) {
        this(
                List.copyOf(x),
                List.copyOf(y),
                Rows.weights(weights),
                0,
                Rows.of(x, y, Rows.weights(weights)));
    }

    /** The same factor per row for every output; empty for 1. */
    public TensorDataset(List<Tensor> x, List<Tensor> y, Optional<float[]> rowWeights) {
        this(x, y, spread(rowWeights, y.size()));
    }

    private TensorDataset(
            List<Tensor> x, List<Tensor> y, List<Optional<Tensor>> weights, int from, int to) {
        this.x = x;
        this.y = y;
        this.weights = weights;
        this.from = from;
        this.to = to;
        shuffle = new Shuffle(to - from);
    }

    private static List<Optional<Tensor>> spread(Optional<float[]> rowWeights, int outputs) {
        return rowWeights
                .map(w -> Collections.nCopies(outputs, Optional.of(Tensor.of(w))))
                .orElse(List.of());
    }

    /** The number of rows. */
    public int rows() {
        return to - from;
    }

    /** Whether any output's entries have weights. */
    public boolean weighted() {
        return !weights.isEmpty();
    }

    /**
     * The rows [first, end), which keep their numbers; nothing is copied.
     *
     * @throws IllegalArgumentException if they are not among the rows, or none
     */
    public TensorDataset part(int first, int end) {
        if (first < 0 || end <= first || end > rows()) {
            throw new IllegalArgumentException(
                    "data: rows [%d, %d) must be at least one of the %d rows"
                            .formatted(first, end, rows()));
        }
        return new TensorDataset(x, y, weights, from + first, from + end);
    }

    /** With these factors per row, one for each of all the tensors' rows, for every output. */
    public TensorDataset withWeights(float[] rowWeights) {
        List<Optional<Tensor>> all = spread(Optional.of(rowWeights), y.size());
        Rows.of(x, y, all);
        return new TensorDataset(x, y, all, from, to);
    }

    @Override
    public TensorDataset rearranged(List<Integer> inputs, List<Integer> targets) {
        return new TensorDataset(
                inputs.stream().map(x::get).toList(),
                targets.stream().map(y::get).toList(),
                weights.isEmpty() ? weights : targets.stream().map(weights::get).toList(),
                from,
                to);
    }

    /** All rows as one batch. */
    public Batch batch() {
        return pass(0, rows(), OptionalLong.empty()).next().orElseThrow();
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(rows());
    }

    @Override
    public Pass pass(int epoch, int batchSize, OptionalLong seed) {
        int[] order = shuffle.order(epoch, seed);
        return new Pass() {
            private int at;

            @Override
            public Optional<Batch> next() {
                if (at == order.length) {
                    return Optional.empty();
                }
                int end = (int) Math.min(order.length, (long) at + batchSize);
                int[] rows = Arrays.stream(order, at, end).map(i -> from + i).toArray();
                at = end;
                return Optional.of(gather(rows));
            }

            @Override
            public void close() {
                at = order.length;
            }
        };
    }

    private Batch gather(int[] rows) {
        return new Batch(
                x.stream().map(t -> t.gather(rows)).toList(),
                y.stream().map(t -> t.gather(rows)).toList(),
                weights.stream().map(w -> w.map(t -> t.gather(rows))).toList(),
                Arrays.stream(rows).asLongStream().toArray());
    }
}
