package dev.thaw.conformance;

import dev.thaw.backend.cuda.Settings;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Map;

/** On a backend of its own: threads that break a device must not break it for other tests. */
@ExtendWith(OnSimulator.Counted.class)
final class CudaThreadsTest extends ThreadsConformance {
    private Backend backend;

    @BeforeEach
    void open() {
        backend = Settings.open(Map.of());
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @Override
    Backend backend() {
        return backend;
    }
}
