package dev.thaw.layer;

import java.util.List;

/** Zeros around each volume. x: [N, D, H, W, C], y: the same with each of D, H and W longer. */
public final class ZeroPadding3D extends ZeroPadding<ZeroPadding3D> {
    /** One cell on each side. */
    public ZeroPadding3D() {
        this(1);
    }

    /** So many cells on each side. */
    public ZeroPadding3D(int padding) {
        this(padding, padding, padding);
    }

    /** So many cells at both ends of each axis. */
    public ZeroPadding3D(int depth, int height, int width) {
        super(Sides.symmetric(depth, height, width));
    }

    /** So many cells at each end of each axis, each at least 0. */
    public ZeroPadding3D(Sides depth, Sides height, Sides width) {
        super(List.of(depth, height, width));
    }

    @Override
    ZeroPadding3D self() {
        return this;
    }
}
