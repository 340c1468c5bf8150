package dev.thaw.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.applications.Application;
import dev.thaw.applications.ApplicationOptions;
import dev.thaw.backend.cuda.CudaDevice;
import dev.thaw.backend.spi.Backend;
import dev.thaw.data.Batch;
import dev.thaw.model.Model;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How many nodes the graph of MobileNetV2's training step has. Each waits for the one before it, so
 * that each costs a microsecond or two whatever it does. The simulator notes the nodes and runs
 * none of them, so that the size of the images costs nothing.
 */
@OnSimulator
final class GraphNodesTest {
    /** Both networks take fewer; what comes on top has to be worth its time. */
    private static final int MOST = 400;

    private static final int BATCH = 4;

    @ParameterizedTest
    @ValueSource(ints = {96, 224})
    void networkOfTheBenchmark(int size) {
        count("the benchmark's MobileNetV2", Networks.of("MobileNetV2", size), size);
    }

    @ParameterizedTest
    @ValueSource(ints = {96, 224})
    void networkOfKerasApplications(int size) {
        ApplicationOptions options =
                ApplicationOptions.DEFAULT.withInputShape(size, size, 3).withClasses(1000);
        count("keras.applications' MobileNetV2", Application.MOBILENET_V2.create(options), size);
    }

    private static void count(String name, Model network, int size) {
        List<String> nodes = nodes(network, size);
        Map<String, Long> kinds =
                nodes.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Function.identity(), TreeMap::new, Collectors.counting()));
        System.out.printf(
                "graph of a training step, %s, %dx%d: %d nodes %s%n",
                name, size, size, nodes.size(), kinds);
        assertThat(nodes).as("%s: %s", name, kinds).hasSizeLessThan(MOST);
    }

    /** What the third step, a replay, does between the launch of its graph and the next copy. */
    private static List<String> nodes(Model network, int size) {
        Simulator simulator = Simulator.require();
        simulator.set(Setting.DRY, 1);
        Batch data =
                Batch.of(
                        Tensor.zeros(Shape.of(BATCH, size, size, 3), DType.FLOAT32),
                        Tensor.of(new int[BATCH]));
        Backend cuda = CudaDevice.open(); // stays open, as other tests share it
        try (network;
                Model running = network.on(cuda)) {
            running.compile(
                    Compilation.of(
                            new SGD(1e-3).momentum(0.9), new SparseCategoricalCrossentropy()));
            running.trainOnBatch(data);
            running.trainOnBatch(data);
            simulator.set(Setting.TRACE, 1);
            running.trainOnBatch(data);
            List<String> trace = simulator.trace();
            assertThat(simulator.reports()).isEmpty();
            return trace.subList(trace.indexOf("launch graph") + 1, trace.size()).stream()
                    .takeWhile(label -> !label.startsWith("copy to host"))
                    .toList();
        }
    }
}
