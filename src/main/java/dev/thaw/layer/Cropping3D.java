package dev.thaw.layer;

import java.util.List;

/** Cells taken off each volume. x: [N, D, H, W, C], y: the same with each of D, H and W shorter. */
public final class Cropping3D extends Cropping<Cropping3D> {
    /** One cell on each side. */
    public Cropping3D() {
        this(1);
    }

    /** So many cells on each side. */
    public Cropping3D(int cropping) {
        this(cropping, cropping, cropping);
    }

    /** So many cells at both ends of each axis. */
    public Cropping3D(int depth, int height, int width) {
        super(Sides.symmetric(depth, height, width));
    }

    /** So many cells at each end of each axis, each at least 0. */
    public Cropping3D(Sides depth, Sides height, Sides width) {
        super(List.of(depth, height, width));
    }

    @Override
    Cropping3D self() {
        return this;
    }
}
