package dev.thaw.layer.reshaping;

/** Zeros around each volume. x: [N, D, H, W, C], y: the same with each of D, H and W longer. */
public final class ZeroPadding3D extends ZeroPadding<ZeroPadding3D> {
    /** One cell on each side. */
    public ZeroPadding3D() {
        super(3, 1);
    }

    /**
     * So many cells, each at least 0: one number for all sides, one for each axis, or two for each
     * axis, before and after.
     */
    public ZeroPadding3D(int... padding) {
        this();
        padding(padding);
    }
}
