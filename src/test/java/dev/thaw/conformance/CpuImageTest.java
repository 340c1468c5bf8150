package dev.thaw.conformance;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

final class CpuImageTest extends ImageConformance {
    @Override
    Backend backend() {
        return Device.cpu().open();
    }
}
