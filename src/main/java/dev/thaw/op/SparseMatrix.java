package dev.thaw.op;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A matrix of few elements per row, for {@link Resample}. */
public final class SparseMatrix {
    private final int rows;
    private final int columns;
    private final int[] starts;
    private final int[] indices;
    private final float[] weights;

    private SparseMatrix(int rows, int columns, int[] starts, int[] indices, float[] weights) {
        this.rows = rows;
        this.columns = columns;
        this.starts = starts;
        this.indices = indices;
        this.weights = weights;
    }

    /** A matrix that is filled row by row. */
    public static final class Builder {
        private final int columns;
        private final List<Integer> starts = new ArrayList<>(List.of(0));
        private final List<Integer> indices = new ArrayList<>();
        private final List<Float> weights = new ArrayList<>();

        /** A matrix of so many columns. */
        public Builder(int columns) {
            this.columns = columns;
        }

        /** Adds an element to the row that is open. */
        public Builder add(int column, double weight) {
            if (column < 0 || column >= columns) {
                throw new IllegalArgumentException(
                        "SparseMatrix: column must be in [0, %s), got %s"
                                .formatted(columns, column));
            }
            indices.add(column);
            weights.add((float) weight);
            return this;
        }

        /** Closes the row. */
        public Builder endRow() {
            starts.add(indices.size());
            return this;
        }

        /** The matrix of the rows so far. */
        public SparseMatrix build() {
            float[] w = new float[weights.size()];
            for (int i = 0; i < w.length; i++) {
                w[i] = weights.get(i);
            }
            return new SparseMatrix(starts.size() - 1, columns, ints(starts), ints(indices), w);
        }

        private static int[] ints(List<Integer> list) {
            return list.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** Row i has a single 1, in column indices[i]. */
    public static SparseMatrix picking(int columns, int... indices) {
        Builder b = new Builder(columns);
        for (int i : indices) {
            b.add(i, 1).endRow();
        }
        return b.build();
    }

    /** Rows become columns. */
    public SparseMatrix transposed() {
        int[] first = new int[columns + 1];
        for (int c : indices) {
            first[c + 1]++;
        }
        Arrays.parallelPrefix(first, Integer::sum);
        int[] next = first.clone();
        int[] turned = new int[indices.length];
        float[] moved = new float[indices.length];
        for (int r = 0; r < rows; r++) {
            for (int t = starts[r]; t < starts[r + 1]; t++) {
                int to = next[indices[t]]++;
                turned[to] = r;
                moved[to] = weights[t];
            }
        }
        return new SparseMatrix(columns, rows, first, turned, moved);
    }

    /** Emits the product with x along one of its axes. */
    public Value times(Formula f, Value x, int axis) {
        if (x.shape().dim(axis) != columns) {
            throw new IllegalArgumentException(
                    "SparseMatrix: axis %s must be %s long, got %s"
                            .formatted(axis, columns, x.shape()));
        }
        Value y = f.program().temp("resampled", x.shape().withDim(axis, rows));
        f.program().emit(new Resample(x, operands(f), transposed().operands(f), y, axis));
        return y;
    }

    private List<Value> operands(Formula f) {
        Shape elements = Shape.of(indices.length);
        return List.of(
                f.program().constant("starts", Tensor.of(starts, Shape.of(starts.length))),
                f.program().constant("columns", Tensor.of(indices, elements)),
                f.program().constant("weights", Tensor.of(weights, elements)));
    }
}
