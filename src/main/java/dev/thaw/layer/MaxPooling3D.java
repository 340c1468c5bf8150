package dev.thaw.layer;

import dev.thaw.op.Pool;

/**
 * The largest of the cells of each window, per channel; cells of the padding do not count. x: [N,
 * D, H, W, C], y: [N, D', H', W', C].
 */
public final class MaxPooling3D extends BasePooling<MaxPooling3D> {
    /** Over windows of 2 x 2 x 2. */
    public MaxPooling3D() {
        this(2);
    }

    /** Over cubic windows. */
    public MaxPooling3D(int poolSize) {
        this(Extents.of(poolSize));
    }

    /** Over windows of this size. */
    public MaxPooling3D(Extents poolSize) {
        super(3, Pool.Kind.MAX, poolSize);
    }

    @Override
    MaxPooling3D self() {
        return this;
    }
}
