package dev.thaw.golden;

import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.layer.Mode;
import dev.thaw.sim.OnSimulator;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

/** What Keras computed, on CUDA: on the simulator where there is no GPU, and counted there. */
@ExtendWith(OnSimulator.Counted.class)
final class LayerExecutionOnCudaTest {
    static Stream<Arguments> runs() {
        return LayerExecutionTest.runs();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("runs")
    void agreesWithKeras(LayerFixtures.Case fixture, Mode mode) {
        LayerExecutionTest.run(fixture, mode, CudaDevice.open(), LayerExecutionTest.BOTH_SIDES);
    }
}
