package dev.thaw.layer.reshaping;

/** Cells taken off each sequence. x: [N, T, C], y: [N, T - before - after, C]. */
public final class Cropping1D extends Cropping<Cropping1D> {
    /** One cell at both ends. */
    public Cropping1D() {
        super(1, 1);
    }

    /** So many cells, each at least 0: one number for all sides, or two, before and after. */
    public Cropping1D(int... cropping) {
        this();
        cropping(cropping);
    }
}
