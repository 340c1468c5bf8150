package dev.thaw.layer;

import java.util.List;

/** Cells taken off each sequence. x: [N, T, C], y: [N, T - before - after, C]. */
public final class Cropping1D extends Cropping<Cropping1D> {
    /** One cell at both ends. */
    public Cropping1D() {
        this(1);
    }

    /** So many cells at both ends. */
    public Cropping1D(int cropping) {
        this(Sides.both(cropping));
    }

    /** So many cells at each end, each at least 0. */
    public Cropping1D(Sides cropping) {
        super(List.of(cropping));
    }

    @Override
    Cropping1D self() {
        return this;
    }
}
