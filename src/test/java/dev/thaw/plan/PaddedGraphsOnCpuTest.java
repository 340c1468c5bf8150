package dev.thaw.plan;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

/** oneDNN adds in other orders where the window pads. */
final class PaddedGraphsOnCpuTest extends PaddedGraphs {
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
