package dev.thaw.conformance;

import dev.thaw.backend.cuda.Settings;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.stream.Stream;

/** Batch normalization by cuDNN, endings included, and by our kernels where it has none. */
@ExtendWith(OnSimulator.Counted.class)
final class CudnnBatchNormTest extends NormalizationConformance {
    private Backend backend;

    @BeforeAll
    void open() {
        backend = Settings.batchNorm("cudnn");
    }

    @AfterAll
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @Override
    Backend backend() {
        return backend;
    }

    @Override
    Stream<OpCase> cases() {
        return super.cases().filter(c -> c.name().startsWith("BatchNorm"));
    }
}
