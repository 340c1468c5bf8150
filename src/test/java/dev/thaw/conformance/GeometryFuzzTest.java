package dev.thaw.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** No window ends the JVM, takes long or is computed wrongly, however far out its numbers are. */
class GeometryFuzzTest {
    @ParameterizedTest
    @ValueSource(strings = {"known", "small 1 300", "extreme 1 300"})
    void everyWindowIsComputedRightly(String arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:ErrorFile=" + Path.of("target", "geometry-fuzz-%p.log"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                GeometryFuzz.class.getName()));
        command.addAll(List.of(arguments.split(" ")));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(text).isZero();
    }
}
