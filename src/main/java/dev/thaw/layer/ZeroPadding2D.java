package dev.thaw.layer;

/** Zeros around each image. x: [N, H, W, C], y: [N, top + H + bottom, left + W + right, C]. */
public final class ZeroPadding2D extends ZeroPadding<ZeroPadding2D> {
    /** One cell on each side. */
    public ZeroPadding2D() {
        this(1);
    }

    /** So many cells on each side. */
    public ZeroPadding2D(int padding) {
        this(Margins.all(padding));
    }

    /** So many rows above and below, so many columns left and right. */
    public ZeroPadding2D(int height, int width) {
        this(Margins.symmetric(height, width));
    }

    /** So many cells on each side, each at least 0. */
    public ZeroPadding2D(Margins padding) {
        super(Sides.of(padding));
    }

    @Override
    ZeroPadding2D self() {
        return this;
    }
}
