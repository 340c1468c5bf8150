package dev.thaw.conformance;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;

final class CudaMatMulTest extends MatMulConformance {
    @Override
    Backend backend() {
        return CudaDevice.open();
    }
}
