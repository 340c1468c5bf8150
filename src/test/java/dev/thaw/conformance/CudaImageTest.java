package dev.thaw.conformance;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnSimulator.Counted.class)
final class CudaImageTest extends ImageConformance {
    @Override
    Backend backend() {
        return CudaDevice.open();
    }
}
