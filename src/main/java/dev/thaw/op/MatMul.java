package dev.thaw.op;

/**
 * y = r(op(a) · op(b) + bias), where op transposes or not. With a: [M,K], b: [K,N] after that: y:
 * [M,N], bias: [N] or absent.
 *
 * @param a left matrix
 * @param b right matrix
 * @param bias added to each row; may be null
 * @param y result
 * @param transposeA whether a is stored [K,M]
 * @param transposeB whether b is stored [N,K]
 * @param rectifier r
 */
public record MatMul(
        Value a,
        Value b,
        Value bias,
        @Out Value y,
        boolean transposeA,
        boolean transposeB,
        Rectifier rectifier)
        implements Op, Rectifiable {
    /** Without rectifier. */
    public MatMul(Value a, Value b, Value bias, Value y, boolean transposeA, boolean transposeB) {
        this(a, b, bias, y, transposeA, transposeB, Rectifier.NONE);
    }

    /** Refuses extents that do not fit. */
    public MatMul {
        boolean fits = a.shape().rank() == 2 && b.shape().rank() == 2 && y.shape().rank() == 2;
        fits =
                fits
                        && a.shape().dim(transposeA ? 0 : 1) == b.shape().dim(transposeB ? 1 : 0)
                        && a.shape().dim(transposeA ? 1 : 0) == y.shape().dim(0)
                        && b.shape().dim(transposeB ? 0 : 1) == y.shape().dim(1)
                        && (bias == null || bias.size() == y.shape().dim(1));
        if (!fits) {
            throw new IllegalArgumentException(
                    "MatMul: must be [M,K] times [K,N] plus [N] into [M,N], got %s%s times %s%s%s into %s"
                            .formatted(
                                    a.shape(),
                                    transposeA ? " transposed" : "",
                                    b.shape(),
                                    transposeB ? " transposed" : "",
                                    bias == null ? "" : " plus " + bias.shape(),
                                    y.shape()));
        }
    }

    @Override
    public MatMul rectified(Rectifier r, Value to) {
        return new MatMul(a, b, bias, to, transposeA, transposeB, r);
    }

    @Override
    public void gradient(Gradients g) {
        Value dy = rectifier.passed(g, y);
        if (g.wants(a)) {
            Value da = g.sink(a);
            g.emit(
                    transposeA
                            ? new MatMul(b, dy, null, da, transposeB, true)
                            : new MatMul(dy, b, null, da, false, !transposeB));
        }
        if (g.wants(b)) {
            Value db = g.sink(b);
            g.emit(
                    transposeB
                            ? new MatMul(dy, a, null, db, true, transposeA)
                            : new MatMul(a, dy, null, db, !transposeA, false));
        }
        if (g.wants(bias)) {
            g.emit(new BiasGrad(dy, g.sink(bias)));
        }
    }
}
