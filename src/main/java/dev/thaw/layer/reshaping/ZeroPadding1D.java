package dev.thaw.layer.reshaping;

/** Zeros around each sequence. x: [N, T, C], y: [N, before + T + after, C]. */
public final class ZeroPadding1D extends ZeroPadding<ZeroPadding1D> {
    /** One cell at both ends. */
    public ZeroPadding1D() {
        super(1, 1);
    }

    /** So many cells, each at least 0: one number for all sides, or two, before and after. */
    public ZeroPadding1D(int... padding) {
        this();
        padding(padding);
    }
}
