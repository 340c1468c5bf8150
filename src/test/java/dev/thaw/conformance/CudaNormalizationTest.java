package dev.thaw.conformance;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;

final class CudaNormalizationTest extends NormalizationConformance {
    @Override
    Backend backend() {
        return CudaDevice.open();
    }
}
