package dev.thaw.conformance;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

final class CpuNormalizationTest extends NormalizationConformance {
    @Override
    Backend backend() {
        return Device.cpu().open();
    }
}
