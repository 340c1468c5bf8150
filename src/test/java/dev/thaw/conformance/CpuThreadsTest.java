package dev.thaw.conformance;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

final class CpuThreadsTest extends ThreadsConformance {
    /** So many that loops and oneDNN's calls are spread over threads of their own too. */
    @Override
    int batchSize() {
        return 2048;
    }

    @Override
    int rounds() {
        return 8;
    }

    @Override
    Backend backend() {
        return Device.cpu().open();
    }
}
