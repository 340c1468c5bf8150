package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.Npy;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The packaged jar with its libraries beside it, in processes of its own: after `package`. */
class PackagedJarCheck {
    private static final Path JAR = Path.of("target", "thaw.jar").toAbsolutePath();
    private static final int PATIENCE_SECONDS = 120;

    @TempDir Path folder;

    private Outcome java(Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-jar");
        command.add(JAR.toString());
        command.addAll(Arrays.asList(args));
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process p = builder.start();
        boolean ended = p.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        p.destroyForcibly();
        assertThat(ended).as("%s ends within %d s", command, PATIENCE_SECONDS).isTrue();
        return new Outcome(p.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void everyLibraryIsBesideItForThisSystemAlone() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            Attributes a = jar.getManifest().getMainAttributes();
            assertThat(a.getValue(Attributes.Name.MAIN_CLASS)).isEqualTo("dev.thaw.cli.Thaw");
            String path = a.getValue(Attributes.Name.CLASS_PATH);
            assertThat(path.split(" "))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(p -> assertThat(JAR.resolveSibling(p)).exists());
            assertThat(
                            Pattern.compile("(linux|macosx|apple|windows)-(x86_64|arm64)")
                                    .matcher(path)
                                    .results()
                                    .map(MatchResult::group)
                                    .distinct())
                    .hasSize(1);
        }
    }

    @Test
    void itPredictsFromAnyFolder() throws IOException, InterruptedException {
        SmallModels.save(SmallModels.classifier(), folder.resolve("m.keras"));
        Tensor x = SmallModels.normal(1, SmallModels.ROWS, SmallModels.FEATURES);
        SmallModels.array(folder.resolve("x.npy"), x);
        Outcome o =
                java(
                        Map.of("THAW_DEVICE", "cpu"),
                        "predict",
                        "m.keras",
                        "x.npy",
                        "-o",
                        "y.npy",
                        "-q");
        assertThat(o).isEqualTo(new Outcome(0, "", ""));
        try (Model m = KerasFiles.load(folder.resolve("m.keras"))) {
            assertThat(Npy.read(folder.resolve("y.npy")).bitEquals(m.predict(x))).isTrue();
        }
        java(Map.of("THAW_DEVICE", "abacus"), "predict", "m.keras", "x.npy", "-o", "y.npy")
                .failed("abacus");
        java(Map.of(), "summary", "nix.keras").failed("thaw summary: nix.keras: there is no such");
    }

    @Test
    void itTellsItsVersionAndRefusesWrongUsage() throws IOException, InterruptedException {
        assertThat(java(Map.of(), "--version").fine().out())
                .matches("thaw \\d+\\.\\d+\\.\\d+\\S*\\s+");
        java(Map.of(), "frobnicate").refused("thaw: ", "frobnicate");
    }
}
