package dev.thaw.layer.pooling;

import dev.thaw.op.Pool;

/**
 * The largest of the cells of each window, per channel; cells of the padding do not count. x: [N,
 * D, H, W, C], y: [N, D', H', W', C].
 */
public final class MaxPooling3D extends BasePooling<MaxPooling3D> {
    /** Over windows of 2 x 2 x 2. */
    public MaxPooling3D() {
        super(3, Pool.Function.MAX);
    }

    /** Over windows of this size, cubic where one number is given. */
    public MaxPooling3D(int... poolSize) {
        this();
        poolSize(poolSize);
    }
}
