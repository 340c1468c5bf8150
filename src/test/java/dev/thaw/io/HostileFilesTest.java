package dev.thaw.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Files made with malice are read in a JVM with a heap of 512 MiB: each ends in a typed error or a
 * right load, within 2 s. The campaign has thousands that are damaged.
 */
class HostileFilesTest {
    private static final String HEAP = "-Xmx512m";
    private static final long MOST_MS = 2000;

    /** A hang is what takes this long even on a busy machine. */
    private static final int MOST_MINUTES = 10;

    @TempDir private Path folder;

    @Test
    void maliceIsRefused() throws Exception {
        List<String> lines = run(HostileFiles.class, folder.toString());
        assertThat(lines).hasSizeGreaterThan(35);
        for (String line : lines) {
            String[] parts = line.split(" ", 3);
            boolean lawful = HostileFiles.LAWFUL.stream().anyMatch(parts[2]::startsWith);
            assertThat(parts[1])
                    .as(line)
                    .isEqualTo(lawful ? HostileFiles.READ : HostileFiles.REFUSED);
            assertThat(Long.parseLong(parts[0])).as(line).isLessThan(MOST_MS);
        }
    }

    private List<String> run(Class<?> main, String... args) throws Exception {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(HEAP, "-XX:+UseSerialGC", "-cp"));
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(args));
        Process p =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            boolean ended = p.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
            assertThat(ended).as("ended before " + MOST_MINUTES + " minutes").isTrue();
        } finally {
            p.destroyForcibly();
        }
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }
}
