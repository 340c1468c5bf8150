package dev.thaw.plan;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

/** In double precision; only what is fetched is rounded, on both sides. */
final class FoldedGraphsOnReferenceTest extends FoldedGraphs {
    @Override
    Backend backend() {
        return new ReferenceBackend();
    }

    @Override
    int graphs() {
        return 60;
    }

    @Override
    double bound() {
        return 0x1p-23;
    }
}
