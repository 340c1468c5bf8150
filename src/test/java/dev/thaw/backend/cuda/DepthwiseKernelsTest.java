package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many groups of four channels stand side by side in a block of up to 192 threads. */
final class DepthwiseKernelsTest {
    @ParameterizedTest
    @CsvSource({
        "4, 1",
        "24, 6",
        "32, 8",
        "96, 24",
        "144, 12",
        "160, 40",
        "192, 48",
        "384, 48",
        "576, 48",
        "960, 48",
        "1280, 64",
        "36, 9"
    })
    void channelsOfNetworksLeaveFewLanesIdle(int channels, int columns) {
        assertThat(DepthwiseKernels.columns(channels / 4, 2)).isEqualTo(columns);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 3", "17, 17", "64, 64", "100, 8"})
    void singleChannelsComeInSectors(int channels, int columns) {
        assertThat(DepthwiseKernels.columns(channels, 8)).isEqualTo(columns);
    }
}
