package dev.thaw.conformance;

import dev.thaw.backend.cuda.Settings;
import dev.thaw.backend.spi.Backend;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Setting;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Map;
import java.util.stream.Stream;

/** Convolutions by our own kernels, as for geometries for which cuDNN has no algorithm. */
@ExtendWith(OnSimulator.Counted.class)
final class PlainConvolutionTest extends ConvolutionConformance {
    private Simulator simulator;
    private Backend backend;

    @BeforeAll
    void open() {
        simulator = Simulator.require();
        backend = Settings.open(Map.of());
        simulator.set(Setting.QUIET, 1);
        simulator.set(Setting.CUDNN_REFUSES, 1);
    }

    @AfterAll
    void close() {
        if (backend != null) {
            simulator.set(Setting.CUDNN_REFUSES, 0);
            simulator.set(Setting.QUIET, 0);
            backend.close();
        }
    }

    @Override
    Backend backend() {
        return backend;
    }

    @Override
    Stream<OpCase> cases() {
        return super.cases().filter(c -> !c.name().startsWith("Depthwise"));
    }
}
