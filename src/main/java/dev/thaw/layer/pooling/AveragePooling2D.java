package dev.thaw.layer.pooling;

import dev.thaw.op.Pool;

/**
 * The mean of the cells of each window, per channel; cells of the padding do not count. x: [N, H,
 * W, C], y: [N, H', W', C].
 */
public final class AveragePooling2D extends BasePooling<AveragePooling2D> {
    /** Over windows of 2 x 2. */
    public AveragePooling2D() {
        super(2, Pool.Function.AVERAGE);
    }

    /** Over windows of this size, square where one number is given. */
    public AveragePooling2D(int... poolSize) {
        this();
        poolSize(poolSize);
    }
}
