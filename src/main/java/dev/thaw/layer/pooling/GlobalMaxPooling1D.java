package dev.thaw.layer.pooling;

import dev.thaw.op.Reduce;

/** The largest of all cells, per channel. x: [N, L, C], y: [N, C], or [N, 1, C] with keepdims. */
public final class GlobalMaxPooling1D extends BaseGlobalPooling<GlobalMaxPooling1D> {
    /** Without the spatial axes in the result. */
    public GlobalMaxPooling1D() {
        super(1, Reduce.Function.MAX);
    }
}
