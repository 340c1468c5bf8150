package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.op.Op;

import org.junit.jupiter.api.Test;

import java.util.Set;

/** An op that somebody forgot fails here, and not in the middle of a model. */
final class OpTableTest {
    @Test
    void theGpuHasEveryOp() {
        assertThat(Set.<Class<?>>copyOf(CudaKernelTable.complete().ops()))
                .isEqualTo(Set.<Class<?>>of(Op.class.getPermittedSubclasses()));
    }
}
