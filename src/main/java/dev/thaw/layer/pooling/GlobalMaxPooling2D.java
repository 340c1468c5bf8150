package dev.thaw.layer.pooling;

import dev.thaw.op.Reduce;

/**
 * The largest of all cells, per channel. x: [N, H, W, C], y: [N, C], or [N, 1, 1, C] with keepdims.
 */
public final class GlobalMaxPooling2D extends BaseGlobalPooling<GlobalMaxPooling2D> {
    /** Without the spatial axes in the result. */
    public GlobalMaxPooling2D() {
        super(2, Reduce.Function.MAX);
    }
}
