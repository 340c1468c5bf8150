package dev.thaw.layer;

import java.util.List;

/** Zeros around each sequence. x: [N, T, C], y: [N, before + T + after, C]. */
public final class ZeroPadding1D extends ZeroPadding<ZeroPadding1D> {
    /** One cell at both ends. */
    public ZeroPadding1D() {
        this(1);
    }

    /** So many cells at both ends. */
    public ZeroPadding1D(int padding) {
        this(Sides.both(padding));
    }

    /** So many cells at each end, each at least 0. */
    public ZeroPadding1D(Sides padding) {
        super(List.of(padding));
    }

    @Override
    ZeroPadding1D self() {
        return this;
    }
}
