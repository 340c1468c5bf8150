package dev.thaw.data;

import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Samples that go through a model together, a row of each tensor for each.
 *
 * @param x one tensor per input
 * @param y one per output, or none to predict on; integers and floats are converted to what the
 *     losses want
 * @param weights one per output, or none for 1 everywhere: a factor per row, or per entry of the
 *     loss, (rows, steps); empty for an output whose entries count 1
 * @param numbers which sample each row is: the same number in each epoch, whatever the order
 */
public record Batch(
        List<Tensor> x, List<Tensor> y, List<Optional<Tensor>> weights, long[] numbers) {
    /** All tensors have as many rows as there are numbers, at least one. */
    public Batch {
        Objects.requireNonNull(x, "batch: x");
        Objects.requireNonNull(y, "batch: y");
        Objects.requireNonNull(weights, "batch: weights");
        x = List.copyOf(x);
        y = List.copyOf(y);
        weights = Rows.weights(weights);
        int rows = Rows.of(x, y, weights);
        if (numbers.length != rows) {
            throw new IllegalArgumentException(
                    "data: a batch of %d rows needs as many sample numbers, got %d"
                            .formatted(rows, numbers.length));
        }
    }

    /** Without weights; the samples are numbered from 0. */
    public Batch(List<Tensor> x, List<Tensor> y) {
        this(x, y, List.of(), LongStream.range(0, Rows.of(x.get(0), "input 0")).toArray());
    }

    /** One input and one output, without weights; the samples are numbered from 0. */
    public static Batch of(Tensor x, Tensor y) {
        return new Batch(List.of(x), List.of(y));
    }

    /** The number of rows. */
    public int rows() {
        return numbers.length;
    }

    /** With inputs and targets, and their weights, in another order. */
    Batch rearranged(List<Integer> inputs, List<Integer> targets) {
        return new Batch(
                inputs.stream().map(x::get).toList(),
                targets.stream().map(y::get).toList(),
                weights.isEmpty() ? weights : targets.stream().map(weights::get).toList(),
                numbers);
    }

    /** With other weights. */
    public Batch withWeights(List<Optional<Tensor>> value) {
        return new Batch(x, y, value, numbers);
    }
}
