package dev.thaw.layer.pooling;

import dev.thaw.op.Pool;

/**
 * The largest of the cells of each window, per channel; cells of the padding do not count. x: [N,
 * L, C], y: [N, L', C].
 */
public final class MaxPooling1D extends BasePooling<MaxPooling1D> {
    /** Over windows of 2 cells. */
    public MaxPooling1D() {
        super(1, Pool.Function.MAX);
    }

    /** Over windows of so many cells. */
    public MaxPooling1D(int... poolSize) {
        this();
        poolSize(poolSize);
    }
}
