package dev.thaw.layer.pooling;

import dev.thaw.op.Pool;

/**
 * The largest of the cells of each window, per channel; cells of the padding do not count. x: [N,
 * H, W, C], y: [N, H', W', C].
 */
public final class MaxPooling2D extends BasePooling<MaxPooling2D> {
    /** Over windows of 2 x 2. */
    public MaxPooling2D() {
        super(2, Pool.Function.MAX);
    }

    /** Over windows of this size, square where one number is given. */
    public MaxPooling2D(int... poolSize) {
        this();
        poolSize(poolSize);
    }
}
