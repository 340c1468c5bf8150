package dev.thaw.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The script that launches our own kernels from Python: it must follow when a kernel's parameters
 * or what they mean change, and it checks results.
 */
@OnSimulator
final class KernelsScriptTest {
    @Test
    void launchesEveryKernelAndFindsItsResultsRight() throws Exception {
        String folder = Simulator.require().home().toString();
        assumeThat(onPath("python3"))
                .as("SKIPPED: native/gpu-check/kernels.py: no python3 here")
                .isTrue();
        Process p =
                new ProcessBuilder("python3", "native/gpu-check/kernels.py", "--simulator", folder)
                        .redirectErrorStream(true)
                        .start();
        String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(text).isZero();
        assertThat(text)
                .contains("BatchNormTrain\t", "BatchNormTrainGrad\t", "Dropout\t", "Adam\t")
                .contains("SGD momentum\t", "0 failures");
    }

    private static boolean onPath(String command) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }
}
