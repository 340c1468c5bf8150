package dev.thaw.plan;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

/** The folded filters and biases are rounded once more, on the simulated GPU too. */
@OnSimulator
final class FoldedGraphsOnCudaTest extends FoldedGraphs {
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
