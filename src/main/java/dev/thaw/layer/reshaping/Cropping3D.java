package dev.thaw.layer.reshaping;

/** Cells taken off each volume. x: [N, D, H, W, C], y: the same with each of D, H and W shorter. */
public final class Cropping3D extends Cropping<Cropping3D> {
    /** One cell on each side. */
    public Cropping3D() {
        super(3, 1);
    }

    /**
     * So many cells, each at least 0: one number for all sides, one for each axis, or two for each
     * axis, before and after.
     */
    public Cropping3D(int... cropping) {
        this();
        cropping(cropping);
    }
}
