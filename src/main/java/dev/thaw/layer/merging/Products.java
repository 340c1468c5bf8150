package dev.thaw.layer.merging;

import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.MatMul;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** Products of matrices, and of matrices sample by sample. */
public final class Products {
    private Products() {}

    /**
     * y[n, i, j] = sum_k a[n, i, k] b[n, j, k]. a: [N, I, K], b: [N, J, K], y: [N, I, J]. A batch
     * of one is one product of matrices; a larger one takes memory for N I J K numbers.
     */
    public static Value ofRows(Formula f, Value a, Value b) {
        int n = a.shape().dim(0);
        int rows = a.shape().dim(1);
        int columns = b.shape().dim(1);
        int k = a.shape().dim(2);
        if (n == 1) {
            Value y =
                    of(
                            f,
                            f.reshape(a, Shape.of(rows, k)),
                            f.reshape(b, Shape.of(columns, k)),
                            true);
            return f.reshape(y, Shape.of(1, rows, columns));
        }
        Value products =
                f.combine(
                        f.reshape(a, Shape.of(n, rows, 1, k)),
                        Binary.Function.MUL,
                        f.reshape(b, Shape.of(n, 1, columns, k)));
        Value sums = f.reduce(products, Reduce.Function.SUM, List.of(3));
        return f.reshape(sums, Shape.of(n, rows, columns));
    }

    /** a · b of matrices, or a · b^T. */
    public static Value of(Formula f, Value a, Value b, boolean transposeB) {
        Shape shape = Shape.of(a.shape().dim(0), b.shape().dim(transposeB ? 0 : 1));
        Value y = f.program().temp("product", shape);
        f.program().emit(new MatMul(a, b, null, y, false, transposeB));
        return y;
    }
}
