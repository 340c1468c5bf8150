package dev.thaw.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.BackendUnavailableException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Threads of the user's cost no threads of OpenMP's. */
class ManyThreadsTest {
    private static final int TEAM = 16;

    /** Our own thread's team and those of two others; the process counts no Java threads. */
    private static final int TEAMS = 3;

    private static final int STACK_MEGABYTES = 100;

    @Test
    @EnabledOnOs(OS.LINUX)
    void aHundredThreadsShareThreeTeams() throws Exception {
        String out = run("", 100);
        assertThat(out).contains("same true");
        assertThat(number("natives", out)).isEqualTo(TEAMS * (TEAM - 1));
    }

    /** Where the system gives no more threads, one computes, and the JVM lives. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aLimitOfThreadsCostsSpeedOnly() throws Exception {
        // room for the stacks of half a team: the one limit that also holds for root
        long room = number("kilobytes", run("", 1)) + TEAM / 2 * STACK_MEGABYTES * 1024L;
        String out = run("ulimit -v " + room + "; ", 2);
        assertThat(out).contains("same true").contains("so it runs on one");
        assertThat(number("natives", out)).isLessThan(TEAM - 1);
    }

    private static long number(String name, String out) {
        Matcher m = Pattern.compile("^" + name + " (-?\\d+)$", Pattern.MULTILINE).matcher(out);
        assertThat(m.find()).as(out).isTrue();
        return Long.parseLong(m.group(1));
    }

    private static String run(String before, int threads) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:ActiveProcessorCount=" + TEAM, "-Xss" + STACK_MEGABYTES + "m"));
        command.add("-Xmx256m");
        // numbers of threads that do not change by themselves
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UseDynamicNumberOfCompilerThreads"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(ManyThreadsProcess.class.getName(), "" + threads));
        command.addAll(0, List.of("sh", "-c", before + "exec \"$@\"", "sh"));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(out).isZero();
        return out;
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "257", "many", ""})
    void aNumberOfThreadsThatIsNoneIsRefused(String wish) {
        String before = System.getProperty(Workers.PROPERTY);
        System.setProperty(Workers.PROPERTY, wish);
        try {
            assertThatThrownBy(() -> new CpuProvider().open(0))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("thaw.threads must be a whole number from 1 to 256")
                    .hasMessageContaining("'" + wish + "'");
        } finally {
            if (before == null) {
                System.clearProperty(Workers.PROPERTY);
            } else {
                System.setProperty(Workers.PROPERTY, before);
            }
        }
    }
}
