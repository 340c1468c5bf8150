package dev.thaw.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Nobody else's library is loaded, wherever JavaCPP would look for one. */
@DisabledOnOs(OS.WINDOWS)
class JavaCppTest {
    @TempDir private Path temporary;

    /** The folder that JavaCPP would take where the user's own cannot be written. */
    @Test
    void theForeseeableFolderIsNotUsed() throws Exception {
        Path foreseeable =
                Files.createDirectories(
                        temporary
                                .resolve(".javacpp-" + System.getProperty("user.name"))
                                .resolve("cache"));
        Path nowhere = Files.createFile(temporary.resolve("file")).resolve("home");
        run("-Duser.home=" + nowhere, "-Djava.io.tmpdir=" + temporary);
        assertThat(foreseeable).isEmptyDirectory();
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.map(p -> p.getFileName().toString()).filter(n -> n.startsWith("thaw-")))
                    .as("left behind")
                    .isEmpty();
        }
    }

    @Test
    void aFolderThatIsNamedIsUsed() throws Exception {
        Path cache = temporary.resolve("cache");
        run("-Dthaw.cache=" + cache);
        try (Stream<Path> all = Files.walk(cache.resolve("javacpp"))) {
            assertThat(all.map(p -> p.getFileName().toString())).contains("libdnnl.so.3");
        }
    }

    private static void run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(ManyThreadsProcess.class.getName(), "1"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("THAW_CACHE", "XDG_CACHE_HOME"));
        Process p = builder.start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(out).isZero();
        assertThat(out).contains("same true");
    }
}
