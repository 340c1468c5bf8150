package dev.thaw.layer.pooling;

import dev.thaw.op.Reduce;

/**
 * The mean of all cells, per channel. x: [N, D, H, W, C], y: [N, C], or [N, 1, 1, 1, C] with
 * keepdims.
 */
public final class GlobalAveragePooling3D extends BaseGlobalPooling<GlobalAveragePooling3D> {
    /** Without the spatial axes in the result. */
    public GlobalAveragePooling3D() {
        super(3, Reduce.Function.MEAN);
    }
}
