package dev.thaw.conformance;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

final class ReferenceThreadsTest extends ThreadsConformance {
    @Override
    Backend backend() {
        return new ReferenceBackend();
    }
}
