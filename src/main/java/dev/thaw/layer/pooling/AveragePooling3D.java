package dev.thaw.layer.pooling;

import dev.thaw.op.Pool;

/**
 * The mean of the cells of each window, per channel; cells of the padding do not count. x: [N, D,
 * H, W, C], y: [N, D', H', W', C].
 */
public final class AveragePooling3D extends BasePooling<AveragePooling3D> {
    /** Over windows of 2 x 2 x 2. */
    public AveragePooling3D() {
        super(3, Pool.Function.AVERAGE);
    }

    /** Over windows of this size, cubic where one number is given. */
    public AveragePooling3D(int... poolSize) {
        this();
        poolSize(poolSize);
    }
}
