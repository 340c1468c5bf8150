package dev.thaw.conformance;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

final class ReferenceOptimizerTest extends OptimizerConformance {
    @Override
    Backend backend() {
        return new ReferenceBackend();
    }
}
