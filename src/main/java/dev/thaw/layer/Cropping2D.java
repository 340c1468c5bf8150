package dev.thaw.layer;

/** Cells taken off each image. x: [N, H, W, C], y: [N, H - top - bottom, W - left - right, C]. */
public final class Cropping2D extends Cropping<Cropping2D> {
    /** No cells, as in Keras. */
    public Cropping2D() {
        this(0);
    }

    /** So many cells on each side. */
    public Cropping2D(int cropping) {
        this(Margins.all(cropping));
    }

    /** So many rows above and below, so many columns left and right. */
    public Cropping2D(int height, int width) {
        this(Margins.symmetric(height, width));
    }

    /** So many cells on each side, each at least 0. */
    public Cropping2D(Margins cropping) {
        super(Sides.of(cropping));
    }

    @Override
    Cropping2D self() {
        return this;
    }
}
