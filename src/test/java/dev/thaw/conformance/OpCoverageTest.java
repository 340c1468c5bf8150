package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Device;
import dev.thaw.op.Op;
import dev.thaw.op.UpdateRule;

import org.junit.jupiter.api.Test;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An op that somebody forgot somewhere fails here. */
final class OpCoverageTest {
    private static final Set<Class<?>> OPS = Set.of(Op.class.getPermittedSubclasses());

    /** The cases of all suites. */
    static Stream<OpCase> cases() {
        return Stream.of(
                        ElementwiseConformance.table(),
                        ShapeConformance.table(),
                        MatMulConformance.table(),
                        ConvolutionConformance.table(),
                        PoolConformance.table(),
                        NormalizationConformance.table(),
                        RandomConformance.table(),
                        ImageConformance.table(),
                        LossConformance.table(),
                        OptimizerConformance.table())
                .flatMap(table -> table);
    }

    @Test
    void theReferenceHasEveryOp() {
        assertThat(Set.<Class<?>>copyOf(new ReferenceBackend().ops())).isEqualTo(OPS);
    }

    @Test
    void theCpuHasEveryOp() {
        assertThat(Set.<Class<?>>copyOf(Device.cpu().open().ops())).isEqualTo(OPS);
    }

    @Test
    void everyOpHasAConformanceCase() {
        Set<Class<?>> covered =
                cases().flatMap(c -> c.build().program().instructions().stream())
                        .map(instruction -> instruction.op().getClass())
                        .collect(Collectors.toSet());
        assertThat(covered).isEqualTo(OPS);
    }

    @Test
    void everyUpdateRuleHasAConformanceCase() {
        assertThat(OptimizerConformance.rules())
                .isEqualTo(Set.<Class<?>>of(UpdateRule.class.getPermittedSubclasses()));
    }
}
