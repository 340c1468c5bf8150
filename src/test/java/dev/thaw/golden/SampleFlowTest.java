package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.graph.Tracer;
import dev.thaw.layer.Mode;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.plan.SampleFlow;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Where {@link SampleFlow} says that a layer keeps samples apart, what becomes of a sample is the
 * same to the bit beside other samples and elsewhere in the batch.
 */
final class SampleFlowTest {
    private static final int ROWS = 9;

    private final Backend backend = new ReferenceBackend();
    private final SplittableRandom random = new SplittableRandom(3);

    /** A layer's program for so many rows of numbers like the fixture's. */
    private final class Traced {
        final Program program = new Program();
        final Map<Value, Tensor> content = new HashMap<>();
        final List<Value> outputs;

        Traced(LayerFixtures.Case fixture, Mode mode) {
            List<Value> x = new ArrayList<>();
            fixture.inputs().forEach(t -> x.add(input(t)));
            Map<Integer, Value> masks = new HashMap<>();
            fixture.masks().forEach((i, m) -> masks.put(i, input(m)));
            Tracer tracer = new Tracer(program, Variable.state("step", Tensor.scalar(0L)));
            outputs =
                    tracer.run(
                                    new LayerExecutionTest.Alone(FixtureLayers.of(fixture), masks),
                                    x,
                                    Optional.of(mode),
                                    "test")
                            .outputs();
        }

        private Value input(Tensor t) {
            int[] rows = new int[ROWS];
            for (int i = 0; i < ROWS; i++) {
                rows[i] = i % t.shape().dim(0);
            }
            Tensor many = t.gather(rows);
            boolean whole = true;
            for (int i = 0; i < many.size() && many.dtype() == DType.FLOAT32; i++) {
                whole &= many.floats()[i] == Math.rint(many.floats()[i]);
            }
            for (int i = 0; i < many.size() && !whole; i++) {
                many.floats()[i] *= (float) random.nextDouble(.5, 1.5);
            }
            Value v = program.input("x", many.shape(), many.dtype());
            content.put(v, many);
            return v;
        }

        /** The results for the rows in another order, back in their own. */
        List<Tensor> run(int... order) {
            int[] back = new int[ROWS];
            for (int i = ROWS - 1; i >= 0; i--) {
                back[order[i]] = i;
            }
            Set<Value> fetched = new HashSet<>(outputs);
            try (Plan plan = new Plan(program, backend, DeviceMemory.of(backend), fetched)) {
                content.forEach((v, t) -> plan.feed(v, t.gather(order)));
                plan.run();
                return outputs.stream().map(v -> plan.fetch(v).gather(back)).toList();
            }
        }
    }

    @Test
    void samplesThatAreSaidToBeApartAre() {
        Set<String> apart = new TreeSet<>();
        Set<String> mixed = new TreeSet<>();
        for (LayerFixtures.Case fixture : LayerFixtures.all()) {
            for (Mode mode : Mode.values()) {
                Traced t;
                try {
                    t = new Traced(fixture, mode);
                } catch (IllegalArgumentException e) {
                    // made for the fixture's batch alone
                    assertThat(e).hasMessageMatching(".*(noiseShape|transform) must .*");
                    continue;
                }
                boolean is = SampleFlow.keepsApart(t.program, t.outputs);
                (is ? apart : mixed).add(fixture.layer() + " in " + mode);
                if (is) {
                    compare(fixture.name(), t);
                }
            }
        }
        mixed.removeAll(apart);
        // other layers keep samples apart, and it is seen; those that draw do so by position
        assertThat(mixed).noneMatch(name -> name.endsWith("INFERENCE"));
        assertThat(apart).hasSizeGreaterThan(100);
    }

    private static void compare(String name, Traced t) {
        List<Tensor> plain = t.run(0, 1, 2, 3, 4, 5, 6, 7, 8);
        // what stands last is gone, and the others stand elsewhere
        List<Tensor> moved = t.run(7, 6, 5, 4, 3, 2, 1, 0, 0);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(moved.get(i).rows(0, ROWS - 1).bitEquals(plain.get(i).rows(0, ROWS - 1)))
                    .as("%s, result %d%n%s", name, i, t.program)
                    .isTrue();
        }
    }
}
