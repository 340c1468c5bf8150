package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A backend and the reference run the same programs and must agree. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Conformance {
    /** The backend under test. */
    abstract Backend backend();

    /** The family's cases. */
    abstract Stream<OpCase> cases();

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void agreesWithTheReference(OpCase c) {
        requireAgreement(backend(), c);
    }

    /** Runs the case on this backend and on the reference. */
    static void requireAgreement(Backend backend, OpCase c) {
        Draft draft = c.build();
        Map<Value, double[]> expected = reference(draft, draft.content());
        Map<Value, double[]> magnitudes =
                draft.hasLinear() ? reference(draft, draft.magnitudes()) : Map.of();
        try (Runner runner = Runner.of(backend, draft.program())) {
            compare(runner, draft, expected, magnitudes, "first run");
            compare(runner, draft, expected, magnitudes, "second run");
            Value overrun = runner.overrun();
            assertThat(overrun).as("what was written beyond its end").isNull();
        }
        if (has(draft.program(), Reshape.class)) {
            try (Runner runner = Runner.sharingReshapes(backend, draft.program())) {
                compare(runner, draft, expected, magnitudes, "with shared memory");
            }
        }
    }

    private static boolean has(Program program, Class<?> type) {
        return program.instructions().stream().anyMatch(s -> type.isInstance(s.op()));
    }

    private static Map<Value, double[]> reference(Draft draft, Map<Value, Tensor> content) {
        Map<Value, double[]> results = new HashMap<>();
        try (Runner runner = Runner.of(new ReferenceBackend(), draft.program())) {
            content.forEach(runner::feed);
            runner.launch();
            draft.fetches().forEach(f -> results.put(f.value(), runner.numbers(f.value())));
        }
        return results;
    }

    private static void compare(
            Runner runner,
            Draft draft,
            Map<Value, double[]> expected,
            Map<Value, double[]> magnitudes,
            String run) {
        draft.content().forEach(runner::feed);
        runner.launch();
        for (Draft.Fetch f : draft.fetches()) {
            double[] want = expected.get(f.value());
            double[] size = magnitudes.getOrDefault(f.value(), new double[want.length]);
            double[] got = runner.numbers(f.value());
            for (int i = 0; i < want.length; i++) {
                if (!f.tolerance().admits(want[i], got[i], size[i])) {
                    throw new AssertionError(
                            String.format(
                                    "%s, %s %s %s: element %d must be %s, got %s;"
                                            + " off by %.3g, tolerance (%s) %.3g%n%s",
                                    run,
                                    f.value(),
                                    f.value().name(),
                                    f.value().shape(),
                                    i,
                                    want[i],
                                    got[i],
                                    Math.abs(want[i] - got[i]),
                                    f.tolerance().reason(),
                                    f.tolerance().bound(want[i], size[i]),
                                    draft.program()));
                }
            }
        }
    }
}
