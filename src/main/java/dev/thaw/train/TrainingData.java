package dev.thaw.train;

import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Optional;

/**
 * Rows to train or evaluate on.
 *
 * @param x one tensor per input
 * @param y one tensor per output
 * @param weights one factor per row; empty for 1 everywhere
 */
public record TrainingData(List<Tensor> x, List<Tensor> y, Optional<float[]> weights) {
    /** All tensors have the same number of rows, at least one. */
    public TrainingData {
        x = List.copyOf(x);
        y = List.copyOf(y);
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
        if (weights.isPresent()) {
            require(rows, weights.get().length, "sample_weight");
            for (int i = 0; i < rows; i++) {
                if (!Float.isFinite(weights.get()[i])) {
                    throw new IllegalArgumentException(
                            "data: sample_weight must be finite, got "
                                    + weights.get()[i]
                                    + " in row "
                                    + i);
                }
            }
        }
        if (rows == 0) {
            throw new IllegalArgumentException(
                    "data: an empty batch has no mean and no variance; give at least one row");
        }
    }

    /** One input and one output. */
    public static TrainingData of(Tensor x, Tensor y) {
        return new TrainingData(List.of(x), List.of(y), Optional.empty());
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

    /** Rows [from, to). */
    TrainingData part(int from, int to) {
        return new TrainingData(
                x.stream().map(t -> t.rows(from, to)).toList(),
                y.stream().map(t -> t.rows(from, to)).toList(),
                weights.map(w -> java.util.Arrays.copyOfRange(w, from, to)));
    }

    /** With other weights. */
    TrainingData withWeights(Optional<float[]> value) {
        return new TrainingData(x, y, value);
    }
}
