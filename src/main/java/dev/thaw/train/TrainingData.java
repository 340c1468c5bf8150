package dev.thaw.train;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Rows to train or evaluate on.
 *
 * @param x one tensor per input
 * @param y one tensor per output; integers and floats are converted to what the losses want
 * @param weights one per output, or none for 1 everywhere: a factor per row, or per entry of the
 *     loss, (rows, steps); empty for an output whose entries count 1
 */
public record TrainingData(List<Tensor> x, List<Tensor> y, List<Optional<Tensor>> weights) {
    /** All tensors have the same number of rows, at least one. */
    public TrainingData {
        x = List.copyOf(x);
        y = List.copyOf(y);
        weights = weights.stream().allMatch(Optional::isEmpty) ? List.of() : List.copyOf(weights);
        if (x.isEmpty() || y.isEmpty()) {
            throw new IllegalArgumentException(
                    "data: needs at least one input and one target tensor");
        }
        int rows = rowsOf(x.get(0), "input 0");
        for (int i = 0; i < x.size(); i++) {
            require(rows, rowsOf(x.get(i), "input " + i), "input " + i);
        }
        for (int i = 0; i < y.size(); i++) {
            require(rows, rowsOf(y.get(i), "target " + i), "target " + i);
        }
        if (!weights.isEmpty() && weights.size() != y.size()) {
            throw new IllegalArgumentException(
                    "data: needs sample weights for each of the "
                            + y.size()
                            + " targets, got "
                            + weights.size());
        }
        for (Optional<Tensor> w : weights) {
            w.ifPresent(t -> checkWeights(t, rows));
        }
        if (rows == 0) {
            throw new IllegalArgumentException(
                    "data: an empty batch has no mean and no variance; give at least one row");
        }
    }

    /** The same factor per row for every output; empty for 1. */
    public TrainingData(List<Tensor> x, List<Tensor> y, Optional<float[]> rowWeights) {
        this(x, y, spread(rowWeights, y.size()));
    }

    /** One input and one output. */
    public static TrainingData of(Tensor x, Tensor y) {
        return new TrainingData(List.of(x), List.of(y), List.of());
    }

    private static List<Optional<Tensor>> spread(Optional<float[]> rowWeights, int outputs) {
        return rowWeights
                .map(w -> Collections.nCopies(outputs, Optional.of(Tensor.of(w))))
                .orElse(List.of());
    }

    private static void checkWeights(Tensor t, int rows) {
        require(rows, rowsOf(t, "sample_weight"), "sample_weight");
        if (t.dtype() != DType.FLOAT32) {
            throw new IllegalArgumentException(
                    "data: sample_weight must be FLOAT32, got " + t.dtype());
        }
        float[] w = t.floats();
        for (int i = 0; i < w.length; i++) {
            if (!Float.isFinite(w[i])) {
                throw new IllegalArgumentException(
                        "data: sample_weight must be finite, got "
                                + w[i]
                                + " in row "
                                + i / (w.length / rows));
            }
        }
    }

    private static int rowsOf(Tensor t, String what) {
        if (t.shape().rank() == 0) {
            throw new IllegalArgumentException(
                    "data: " + what + " is a single number, it needs a first axis of rows");
        }
        return t.shape().dim(0);
    }

    private static void require(int rows, int got, String what) {
        if (rows != got) {
            throw new IllegalArgumentException(
                    "data: " + what + " has " + got + " rows, the first input has " + rows);
        }
    }

    /** The number of rows. */
    public int rows() {
        return x.get(0).shape().dim(0);
    }

    /** Whether any output's entries have weights. */
    public boolean weighted() {
        return !weights.isEmpty();
    }

    /** Rows [from, to). */
    TrainingData part(int from, int to) {
        return new TrainingData(
                x.stream().map(t -> t.rows(from, to)).toList(),
                y.stream().map(t -> t.rows(from, to)).toList(),
                weights.stream().map(w -> w.map(t -> t.rows(from, to))).toList());
    }

    /** With the same factors per row for every output, where they are given. */
    TrainingData withWeights(Optional<float[]> value) {
        return value.isEmpty() ? this : new TrainingData(x, y, value);
    }
}
