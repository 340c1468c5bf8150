package dev.thaw.plan;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

/** In double precision a product with zero changes nothing. */
final class PaddedGraphsOnReferenceTest extends PaddedGraphs {
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
        return 0;
    }
}
