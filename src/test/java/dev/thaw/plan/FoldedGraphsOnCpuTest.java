package dev.thaw.plan;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

/** The folded filters and biases are rounded once more. */
final class FoldedGraphsOnCpuTest extends FoldedGraphs {
    @Override
    Backend backend() {
        return Device.cpu().open();
    }

    @Override
    int graphs() {
        return 60;
    }

    @Override
    double bound() {
        return NOISE;
    }
}
