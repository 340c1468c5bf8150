package dev.thaw.conformance;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;

final class CudaRandomTest extends RandomConformance {
    @Override
    Backend backend() {
        return CudaDevice.open();
    }
}
