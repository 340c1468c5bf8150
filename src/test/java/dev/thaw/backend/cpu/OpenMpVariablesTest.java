package dev.thaw.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** OpenMP's variables may make the CPU slower, never wrong. */
class OpenMpVariablesTest {
    private static final int SLOTS = Workers.SLOTS;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UNRELATED=1",
                "OMP_DYNAMIC=true",
                "OMP_MAX_ACTIVE_LEVELS=0",
                "OMP_NESTED=true"
            })
    void allThreadsAreUsedWhateverOpenMpMayGive(String variable)
            throws IOException, InterruptedException {
        assertThat(run(variable))
                .containsExactly("right", "right", "threads " + SLOTS, "all threads true");
    }

    @Test
    void theThreadLimitIsTheMostThatOneDnnGets() throws IOException, InterruptedException {
        assertThat(run("OMP_THREAD_LIMIT=1"))
                .containsExactly("right", "right", "threads 1", "all threads " + (SLOTS == 1));
    }

    private static List<String> run(String variable) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "-cp",
                                System.getProperty("java.class.path"),
                                OpenMpProcess.class.getName())
                        .redirectErrorStream(true);
        String[] parts = variable.split("=");
        builder.environment().keySet().removeIf(k -> k.startsWith("OMP_"));
        builder.environment().put(parts[0], parts[1]);
        Process p = builder.start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(out).isZero();
        return out.lines().toList();
    }
}
