package dev.thaw.layer;

import dev.thaw.op.Reduce;

/** The mean of all cells, per channel. x: [N, L, C], y: [N, C], or [N, 1, C] with keepdims. */
public final class GlobalAveragePooling1D extends BaseGlobalPooling<GlobalAveragePooling1D> {
    /** Without the spatial axes in the result. */
    public GlobalAveragePooling1D() {
        super(1, Reduce.Kind.MEAN);
    }

    @Override
    GlobalAveragePooling1D self() {
        return this;
    }
}
