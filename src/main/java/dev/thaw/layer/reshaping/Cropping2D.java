package dev.thaw.layer.reshaping;

/** Cells taken off each image. x: [N, H, W, C], y: [N, H - top - bottom, W - left - right, C]. */
public final class Cropping2D extends Cropping<Cropping2D> {
    /** No cells, as in Keras. */
    public Cropping2D() {
        super(2, 0);
    }

    /**
     * So many cells, each at least 0: one number for all sides, one for each axis, or two for each
     * axis, before and after.
     */
    public Cropping2D(int... cropping) {
        this();
        cropping(cropping);
    }
}
