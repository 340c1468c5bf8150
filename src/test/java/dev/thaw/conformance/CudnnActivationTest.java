package dev.thaw.conformance;

import dev.thaw.backend.cuda.Settings;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.stream.Stream;

/** Activations by cuDNN. */
@ExtendWith(OnSimulator.Counted.class)
final class CudnnActivationTest extends ElementwiseConformance {
    private Backend backend;

    @BeforeAll
    void open() {
        backend = Settings.cudnn("activation");
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
        return super.cases().filter(c -> c.name().matches("(RELU|RELU6|SIGMOID|TANH)\\b.*"));
    }
}
