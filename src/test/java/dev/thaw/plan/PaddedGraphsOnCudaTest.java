package dev.thaw.plan;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

/** Our kernels and cuDNN's add in other orders where the window pads. */
@OnSimulator
final class PaddedGraphsOnCudaTest extends PaddedGraphs {
    @Override
    Backend backend() {
        return CudaDevice.open();
    }

    @Override
    int graphs() {
        return 20;
    }

    @Override
    double bound() {
        return NOISE;
    }
}
