package dev.thaw.layer.pooling;

import dev.thaw.op.Reduce;

/**
 * The mean of all cells, per channel. x: [N, H, W, C], y: [N, C], or [N, 1, 1, C] with keepdims.
 */
public final class GlobalAveragePooling2D extends BaseGlobalPooling<GlobalAveragePooling2D> {
    /** Without the spatial axes in the result. */
    public GlobalAveragePooling2D() {
        super(2, Reduce.Function.MEAN);
    }
}
