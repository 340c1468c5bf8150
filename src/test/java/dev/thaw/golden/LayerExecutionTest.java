package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.graph.Network;
import dev.thaw.graph.Tracer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.op.Gradients;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Outputs, gradients and moving statistics of each layer are those of real Keras. */
final class LayerExecutionTest {
    /** No sum in these fixtures has more terms: a gradient over two images of 5 by 4 cells. */
    private static final int TERMS = 40;

    /**
     * Keras in float32 against doubles: sums are random walks of rounding errors, of which 4
     * standard deviations count, and the functions around them take about 8 more roundings.
     */
    private static final Float32Noise ONE_SIDE =
            new Float32Noise("float32 against doubles", 4 * Math.sqrt(TERMS) + 8, 1);

    /** Float32 against float32 in another order of summation: both sides err. */
    static final Float32Noise BOTH_SIDES =
            new Float32Noise("float32 twice", 2 * ONE_SIDE.roundings(), 1);

    static Stream<Arguments> runs() {
        return LayerFixtures.all().stream()
                .flatMap(
                        c ->
                                Stream.of(Mode.INFERENCE, Mode.TRAINING)
                                        .filter(m -> isKnown(c, m))
                                        .map(m -> Arguments.of(c, m)));
    }

    private static boolean isKnown(LayerFixtures.Case c, Mode mode) {
        return mode == Mode.INFERENCE || c.training().isPresent();
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("runs")
    void onTheReference(LayerFixtures.Case fixture, Mode mode) {
        run(fixture, mode, new ReferenceBackend(), ONE_SIDE);
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("runs")
    void onTheCpu(LayerFixtures.Case fixture, Mode mode) {
        run(fixture, mode, Device.cpu().open(), BOTH_SIDES);
    }

    /** A network of one layer whose batch is known before it is traced. */
    static final class Alone extends Network {
        private final Layer layer;
        private final Map<Integer, Value> masks;

        Alone(Layer layer, Map<Integer, Value> masks) {
            this.layer = layer;
            this.masks = masks;
        }

        @Override
        public List<Layer> sublayers() {
            return List.of(layer);
        }

        @Override
        public List<Value> lower(Lowering l, List<Value> inputs) {
            masks.forEach((i, mask) -> l.setMask(inputs.get(i), mask));
            List<Value> y = l.call(layer, inputs);
            y.forEach(v -> l.setMask(v, l.mask(v)));
            return y;
        }
    }

    static void run(LayerFixtures.Case fixture, Mode mode, Backend backend, Float32Noise noise) {
        Layer layer = FixtureLayers.of(fixture);
        Program program = new Program();
        List<Value> x = new ArrayList<>();
        fixture.inputs().forEach(t -> x.add(program.input("x", t.shape(), t.dtype())));
        Map<Integer, Value> masks = new HashMap<>();
        fixture.masks()
                .forEach((i, m) -> masks.put(i, program.input("mask", m.shape(), m.dtype())));
        Variable step = Variable.state("step", Tensor.scalar(0L));
        Tracer tracer = new Tracer(program, step);
        Value y =
                tracer.run(new Alone(layer, masks), x, Optional.of(mode), "test").outputs().get(0);
        Map<String, Value> asked = new LinkedHashMap<>();
        Map<String, Tensor> expected = new LinkedHashMap<>();
        asked.put("output", y);
        expected.put(
                "output",
                mode == Mode.TRAINING ? fixture.training().orElseThrow() : fixture.inference());
        assertThat(tracer.mask(y) != null).isEqualTo(fixture.outputMask().isPresent());
        fixture.outputMask()
                .ifPresent(
                        mask -> {
                            asked.put("mask", tracer.mask(y));
                            expected.put("mask", mask);
                        });
        Value upstream = program.input("upstream", y.shape(), DType.FLOAT32);
        if (fixture.upstream().isPresent()) {
            askForGradients(fixture, mode, layer, program, x, Map.of(y, upstream), asked, expected);
        }
        Set<Value> fetched = new HashSet<>(asked.values());
        try (Plan plan = new Plan(program, backend, DeviceMemory.of(backend), fetched)) {
            for (int i = 0; i < x.size(); i++) {
                plan.feed(x.get(i), fixture.inputs().get(i));
            }
            masks.forEach((i, mask) -> plan.feed(mask, fixture.masks().get(i)));
            fixture.upstream().ifPresent(u -> plan.feed(upstream, u));
            plan.run();
            asked.forEach((what, v) -> noise.check(what, expected.get(what), plan.fetch(v)));
        }
        checkWeights(fixture, mode, layer, noise);
    }

    private static void askForGradients(
            LayerFixtures.Case fixture,
            Mode mode,
            Layer layer,
            Program program,
            List<Value> x,
            Map<Value, Value> upstream,
            Map<String, Value> asked,
            Map<String, Tensor> expected) {
        Map<String, Value> wanted = new LinkedHashMap<>();
        LayerFixtures.Gradient keras =
                mode == Mode.TRAINING ? fixture.trainingGradient() : fixture.inferenceGradient();
        for (Value input : x) {
            if (input.dtype() == DType.FLOAT32) {
                String what = "gradient of input " + wanted.size();
                expected.put(what, keras.inputs().get(wanted.size()));
                wanted.put(what, input);
            }
        }
        for (Weight w : layer.trainableWeights()) {
            String name = w.spec().name();
            wanted.put("gradient of " + name, program.variable(w.variable()));
            expected.put("gradient of " + name, keras.weights().get(name));
        }
        Map<Value, Value> gradients = Gradients.of(program, upstream, wanted.values());
        wanted.forEach(
                (what, v) -> {
                    if (gradients.containsKey(v)) {
                        asked.put(what, gradients.get(v));
                    } else {
                        assertThat(expected.get(what).floats()).as(what).containsOnly(0);
                    }
                });
    }

    private static void checkWeights(
            LayerFixtures.Case fixture, Mode mode, Layer layer, Float32Noise noise) {
        for (Weight w : layer.weights()) {
            String name = w.spec().name();
            if (w.variable().dtype() == DType.INT64) {
                assertThat(w.variable().value().longs())
                        .containsExactly((long) fixture.weights().get(name).item());
                continue;
            }
            boolean moved = mode == Mode.TRAINING && fixture.weightsAfter().containsKey(name);
            Tensor keras = (moved ? fixture.weightsAfter() : fixture.weights()).get(name);
            (moved ? noise : Float32Noise.EXACT)
                    .check(name + " afterwards", keras, w.variable().value());
        }
    }
}
