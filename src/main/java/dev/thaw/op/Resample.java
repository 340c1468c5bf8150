package dev.thaw.op;

import java.util.List;

/**
 * y = A x along one axis, for a sparse matrix A that never changes: y[.., i, ..] = sum over t from
 * starts[i] to starts[i + 1] - 1 of weights[t] x[.., columns[t], ..], in the order of t. Resizing
 * an image, reversing or repeating an axis, and picking from it are of this form. {@link
 * SparseMatrix} makes the operands.
 *
 * @param x argument, of extent I along the axis
 * @param matrix A, [O, I], by rows: starts INT32 [O + 1], columns INT32 [T], weights FLOAT32 [T]
 * @param transposed A transposed, in the same form: the gradient multiplies by it
 * @param y result: x's shape with extent O along the axis
 * @param axis which axis, in [0, rank)
 */
public record Resample(Value x, List<Value> matrix, List<Value> transposed, @Out Value y, int axis)
        implements Op {
    /** Keeps its own copies of the operands. */
    public Resample {
        matrix = List.copyOf(matrix);
        transposed = List.copyOf(transposed);
    }

    /** The number of elements that an element of the axis stands before. */
    public int inner() {
        return Math.toIntExact(y.shape().size(axis + 1, y.shape().rank()));
    }

    /** Which element of each row of A comes first: INT32 [O + 1]. */
    public Value starts() {
        return matrix.get(0);
    }

    /** The columns of A's elements, row by row: INT32 [T]. */
    public Value columns() {
        return matrix.get(1);
    }

    /** A's elements, row by row: FLOAT32 [T]. */
    public Value weights() {
        return matrix.get(2);
    }

    @Override
    public void gradient(Gradients g) {
        g.emit(new Resample(g.of(y), transposed, matrix, g.sink(x), axis));
    }
}
