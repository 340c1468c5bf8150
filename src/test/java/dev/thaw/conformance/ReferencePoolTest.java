package dev.thaw.conformance;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

final class ReferencePoolTest extends PoolConformance {
    @Override
    Backend backend() {
        return new ReferenceBackend();
    }
}
