package dev.thaw.train;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our fused kernels round as the separate ones. */
@OnSimulator
final class FusedOnCudaTest extends FusedTraining {
    @Override
    Backend backend() {
        return CudaDevice.open();
    }

    @ParameterizedTest
    @EnumSource(Hold.class)
    void changesNoBit(Hold hold) {
        requireSameBits(hold);
    }
}
