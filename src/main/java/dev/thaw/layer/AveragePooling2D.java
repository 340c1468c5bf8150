package dev.thaw.layer;

import dev.thaw.op.Pool;

/**
 * The mean of the cells of each window, per channel; cells of the padding do not count. x: [N, H,
 * W, C], y: [N, H', W', C].
 */
public final class AveragePooling2D extends BasePooling<AveragePooling2D> {
    /** Over windows of 2 x 2. */
    public AveragePooling2D() {
        this(2);
    }

    /** Over square windows. */
    public AveragePooling2D(int poolSize) {
        this(Extents.of(poolSize));
    }

    /** Over windows of this size. */
    public AveragePooling2D(Extents poolSize) {
        super(2, Pool.Kind.AVERAGE, poolSize);
    }

    @Override
    AveragePooling2D self() {
        return this;
    }
}
