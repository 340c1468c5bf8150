package dev.thaw.conformance;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;

final class CudaLossTest extends LossConformance {
    @Override
    Backend backend() {
        return CudaDevice.open();
    }
}
