package dev.thaw.conformance;

import dev.thaw.backend.cuda.Settings;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.stream.Stream;

/** cuDNN's persistent mode. */
@ExtendWith(OnSimulator.Counted.class)
final class CudnnPersistentBatchNormTest extends NormalizationConformance {
    private Backend backend;

    @BeforeAll
    void open() {
        backend = Settings.batchNorm("cudnn-persistent");
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
        return super.cases()
                .filter(c -> c.name().startsWith("BatchNormTrain") && c.name().endsWith("BOTH"));
    }
}
