package dev.thaw.conformance;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

final class ReferenceImageTest extends ImageConformance {
    @Override
    Backend backend() {
        return new ReferenceBackend();
    }
}
