package dev.thaw.layer.pooling;

import dev.thaw.op.Pool;

/**
 * The mean of the cells of each window, per channel; cells of the padding do not count. x: [N, L,
 * C], y: [N, L', C].
 */
public final class AveragePooling1D extends BasePooling<AveragePooling1D> {
    /** Over windows of 2 cells. */
    public AveragePooling1D() {
        super(1, Pool.Function.AVERAGE);
    }

    /** Over windows of so many cells. */
    public AveragePooling1D(int... poolSize) {
        this();
        poolSize(poolSize);
    }
}
