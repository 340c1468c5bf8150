package dev.thaw.layer.reshaping;

/** Zeros around each image. x: [N, H, W, C], y: [N, top + H + bottom, left + W + right, C]. */
public final class ZeroPadding2D extends ZeroPadding<ZeroPadding2D> {
    /** One cell on each side. */
    public ZeroPadding2D() {
        super(2, 1);
    }

    /**
     * So many cells, each at least 0: one number for all sides, one for each axis, or two for each
     * axis, before and after.
     */
    public ZeroPadding2D(int... padding) {
        this();
        padding(padding);
    }
}
