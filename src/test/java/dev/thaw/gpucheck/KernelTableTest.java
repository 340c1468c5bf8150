package dev.thaw.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;

final class KernelTableTest {
    @Test
    void sumsByNameLongestFirst() {
        String table =
                KernelTable.of(
                        List.of(
                                "==PROF== Connected to process 7",
                                "\"ID\",\"Kernel Name\",\"Grid Size\","
                                        + "\"dram__throughput.avg.pct_of_peak_sustained_elapsed\","
                                        + "\"gpu__time_duration.sum\"",
                                "\"\",\"\",\"\",\"%\",\"ns\"",
                                "\"0\",\"affine(const float *, float *)\",\"(8, 1, 1)\",\"10\",\"1,000\"",
                                "\"1\",\"bn_apply\",\"(8, 1, 1)\",\"90\",\"2,000\"",
                                "\"2\",\"bn_apply\",\"(8, 1, 1)\",\"60\",\"4,000\""));
        assertThat(table.lines().skip(2))
                .containsExactly(
                        "| bn_apply | 2 | 6.0 | 85.7% | 3.00 | 70% |",
                        "| affine | 1 | 1.0 | 14.3% | 1.00 | 10% |", "| all | 3 | 7.0 | | | |");
    }

    @Test
    void refusesWhatHasNoKernels() {
        assertThatThrownBy(() -> KernelTable.of(List.of("==ERROR== no permission")))
                .hasMessageContaining("no kernel was measured");
    }
}
