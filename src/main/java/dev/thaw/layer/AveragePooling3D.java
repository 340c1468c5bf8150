package dev.thaw.layer;

import dev.thaw.op.Pool;

/**
 * The mean of the cells of each window, per channel; cells of the padding do not count. x: [N, D,
 * H, W, C], y: [N, D', H', W', C].
 */
public final class AveragePooling3D extends BasePooling<AveragePooling3D> {
    /** Over windows of 2 x 2 x 2. */
    public AveragePooling3D() {
        this(2);
    }

    /** Over cubic windows. */
    public AveragePooling3D(int poolSize) {
        this(Extents.of(poolSize));
    }

    /** Over windows of this size. */
    public AveragePooling3D(Extents poolSize) {
        super(3, Pool.Kind.AVERAGE, poolSize);
    }

    @Override
    AveragePooling3D self() {
        return this;
    }
}
