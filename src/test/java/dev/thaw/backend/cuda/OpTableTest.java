package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.BackendUnavailableException;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What the GPU cannot run yet is written down here, and nobody gets a GPU by chance before. */
final class OpTableTest {
    /**
     * Take an op off when it gets its kernel. When none is left, the device opens for everybody.
     */
    private static final List<String> MISSING = List.of();

    @Test
    void theMissingOpsAreThese() {
        assertThat(CudaKernelTable.complete().missing()).isEqualTo(MISSING);
    }

    @Test
    void aDeviceThatCannotRunEverythingIsRefused() {
        assertThatThrownBy(() -> CudaProvider.requireEveryOp(new CudaKernelTable()))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("Accumulate, Affine, AlphaDropout, ApplyRule, ");
    }
}
