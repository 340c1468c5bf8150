package dev.thaw.layer;

import dev.thaw.op.Pool;

/**
 * The largest of the cells of each window, per channel; cells of the padding do not count. x: [N,
 * H, W, C], y: [N, H', W', C].
 */
public final class MaxPooling2D extends BasePooling<MaxPooling2D> {
    /** Over windows of 2 x 2. */
    public MaxPooling2D() {
        this(2);
    }

    /** Over square windows. */
    public MaxPooling2D(int poolSize) {
        this(Extents.of(poolSize));
    }

    /** Over windows of this size. */
    public MaxPooling2D(Extents poolSize) {
        super(2, Pool.Kind.MAX, poolSize);
    }

    @Override
    MaxPooling2D self() {
        return this;
    }
}
