package dev.thaw.layer.pooling;

import dev.thaw.op.Reduce;

/**
 * The largest of all cells, per channel. x: [N, D, H, W, C], y: [N, C], or [N, 1, 1, 1, C] with
 * keepdims.
 */
public final class GlobalMaxPooling3D extends BaseGlobalPooling<GlobalMaxPooling3D> {
    /** Without the spatial axes in the result. */
    public GlobalMaxPooling3D() {
        super(3, Reduce.Function.MAX);
    }
}
