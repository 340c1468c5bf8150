package dev.thaw.data;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Optional;

/** What inputs, targets and weights of the same samples must have in common. */
final class Rows {
    private Rows() {}

    /** The weights; none where no output has any. */
    static List<Optional<Tensor>> weights(List<Optional<Tensor>> given) {
        return given.stream().allMatch(Optional::isEmpty) ? List.of() : List.copyOf(given);
    }

    /** How many rows all of these have, at least one. */
    static int of(List<Tensor> x, List<Tensor> y, List<Optional<Tensor>> weights) {
        if (x.isEmpty()) {
            throw new IllegalArgumentException("data: needs at least one input tensor, got none");
        }
        int rows = of(x.get(0), "input 0");
        for (int i = 0; i < x.size(); i++) {
            require(rows, x.get(i), "input " + i);
        }
        for (int i = 0; i < y.size(); i++) {
            require(rows, y.get(i), "target " + i);
        }
        if (!weights.isEmpty() && weights.size() != y.size()) {
            throw new IllegalArgumentException(
                    "data: needs sample weights for each of the %d targets, got %d"
                            .formatted(y.size(), weights.size()));
        }
        weights.forEach(w -> w.ifPresent(t -> checkWeights(t, rows)));
        if (rows == 0) {
            throw new IllegalArgumentException(
                    "data: an empty batch has no mean and no variance; give at least one row");
        }
        return rows;
    }

    static int of(Tensor t, String what) {
        if (t.shape().rank() == 0) {
            throw new IllegalArgumentException(
                    "data: %s is a single number, it needs a first axis of rows".formatted(what));
        }
        return t.shape().dim(0);
    }

    private static void checkWeights(Tensor t, int rows) {
        require(rows, t, "sample_weight");
        if (t.dtype() != DType.FLOAT32) {
            throw new IllegalArgumentException(
                    "data: sample_weight must be FLOAT32, got %s".formatted(t.dtype()));
        }
        float[] w = t.floats();
        for (int i = 0; i < w.length; i++) {
            if (!Float.isFinite(w[i])) {
                throw new IllegalArgumentException(
                        "data: sample_weight must be finite, got %s in row %d"
                                .formatted(w[i], i / (w.length / rows)));
            }
        }
    }

    private static void require(int rows, Tensor t, String what) {
        int got = of(t, what);
        if (rows != got) {
            throw new IllegalArgumentException(
                    "data: %s has %d rows, the first input has %d".formatted(what, got, rows));
        }
    }
}
