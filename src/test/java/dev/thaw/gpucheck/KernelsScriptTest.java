package dev.thaw.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The script that launches our own kernels from Python: it must follow when a kernel's parameters
 * or what they mean change, and it checks results.
 */
@OnSimulator
final class KernelsScriptTest {
    @Test
    void launchesEveryKernelAndFindsItsResultsRight() throws Exception {
        String folder = Simulator.require().home().toString();
        Process p;
        try {
            p =
                    new ProcessBuilder(
                                    "python3", "native/gpu-check/kernels.py", "--simulator", folder)
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            System.err.println("SKIPPED: native/gpu-check/kernels.py: no python3 here");
            assumeTrue(false, "no python3: " + e.getMessage());
            return;
        }
        String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(text).isZero();
        assertThat(text)
                .contains("BatchNormTrain\t", "BatchNormTrainGrad\t", "Dropout\t", "Adam\t")
                .contains("SGD momentum\t", "0 failures");
    }
}
